import { useRouter } from 'vue-router'
import type { StudyRow } from '../../../src-shared/domain/study.ts'
import { call } from '../../bridge/index.ts'
import { attempt, confirm, toast } from '../../ui/index.ts'
import { patientOf } from './names.ts'
import { useStudies } from './store.ts'
import { strings as t } from './strings.ts'

const NAMED = 5

/** What can be done with studies, from the table, the preview, the menu and the keyboard. */
export function useStudyActions() {
  const studies = useStudies()
  const router = useRouter()
  const rowOf = (id: string): StudyRow | undefined => studies.list.rows.find((row) => row?.id === id)

  return {
    open: (id: string): void => void router.push({ name: 'viewer', params: { id } }),
    report: (id: string): void => void router.push({ name: 'reports', params: { id } }),
    async predict(ids: string[]): Promise<void> {
      if (ids.length && (await attempt(() => call('predictions.batch', { studies: [...ids] })))) toast({ tone: 'neutral', title: t.predicting, text: t.selected(ids.length) })
    },
    async remove(chosen: string[]): Promise<void> {
      const ids = chosen.filter((id) => rowOf(id)?.origin !== 'dataset')
      if (!ids.length) return void (chosen.length && toast({ tone: 'neutral', title: t.ofDataset }))
      const names = ids.slice(0, NAMED).map((id) => {
        const row = rowOf(id)
        return row ? patientOf(row) : id
      })
      if (!(await confirm({ title: t.removeTitle(ids.length), body: t.removeBody(names, ids.length - names.length), action: t.remove, danger: true }))) return
      await attempt(async () => {
        const { removed } = await call('studies.remove', { studies: [...ids] })
        studies.selected = []
        toast({ tone: 'neutral', title: t.removed(removed) })
      })
    },
    async removeSamples(): Promise<void> {
      if (await attempt(() => call('studies.removeSamples', {}))) toast({ tone: 'neutral', title: t.samplesRemoved })
    },
    async loadSamples(): Promise<void> {
      if (await attempt(() => call('studies.loadSamples', {}))) toast({ tone: 'neutral', title: t.loadingSamples })
    },
  }
}
