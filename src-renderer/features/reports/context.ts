import { shallowRef, watch, type ShallowRef } from 'vue'
import type { Prediction } from '../../../src-shared/domain/prediction.ts'
import type { StudyDetail } from '../../../src-shared/domain/study.ts'
import { call } from '../../bridge/index.ts'
import { useDraft } from './draft.ts'

export interface ReportContext {
  study: ShallowRef<StudyDetail | null>
  /** The prediction that the report stands on. */
  prediction: ShallowRef<Prediction | null>
  /** Newest prediction of each image, for its heat maps. */
  ofImage: ShallowRef<ReadonlyMap<string, Prediction>>
}

/** What the draft is about: its study and what the models said of its films. */
export function useReportContext(): ReportContext {
  const draft = useDraft()
  const study = shallowRef<StudyDetail | null>(null)
  const prediction = shallowRef<Prediction | null>(null)
  const ofImage = shallowRef<ReadonlyMap<string, Prediction>>(new Map())

  watch(
    () => [draft.report?.study, draft.report?.prediction] as const,
    async ([id], old) => {
      if (id !== old?.[0]) {
        study.value = null
        prediction.value = null
      }
      if (!id) return
      try {
        const detail = await call('studies.get', { study: id })
        const said = await Promise.all(detail.imagesOf.map(({ id: image }) => call('predictions.ofImage', { image })))
        if (draft.report?.study !== id) return
        study.value = detail
        ofImage.value = new Map(said.flatMap(([newest]) => (newest ? [[newest.image, newest] as const] : [])))
        prediction.value = said.flat().find((one) => one.id === draft.report?.prediction) ?? said.find(([newest]) => newest)?.[0] ?? null
      } catch (problem) {
        draft.error = problem
      }
    },
    { immediate: true },
  )
  return { study, prediction, ofImage }
}
