import { defineStore } from 'pinia'
import { computed, reactive, ref, watch } from 'vue'
import type { RequestInput } from '../../../src-shared/contracts/index.ts'
import type { StudyRow } from '../../../src-shared/domain/study.ts'
import { call, useChanged } from '../../bridge/index.ts'
import { pagedRows } from '../../ui/pagedRows.ts'
import type { Sort } from '../../ui/types.ts'

type Query = RequestInput<'studies.list'>
export type Origin = NonNullable<Query['origin']>
type SortKey = NonNullable<Query['sort']>

/** The worklist: what is asked, what came, what is chosen. The viewer walks along it with `,` and `.`. */
export const useStudies = defineStore('studies', () => {
  const filter = reactive({ search: '', origin: 'library' as Origin, status: '' as StudyRow['status'] | '', modality: '' })
  const sort = ref<Sort>({ key: 'date', descending: true })
  const selected = ref<string[]>([])
  const list = pagedRows<StudyRow>((offset, limit) =>
    call('studies.list', {
      search: filter.search.trim(),
      origin: filter.origin,
      ...(filter.status && { status: filter.status }),
      ...(filter.modality && { modality: filter.modality }),
      sort: sort.value.key as SortKey,
      descending: sort.value.descending,
      offset,
      limit,
    }),
  )
  const filtered = computed(() => filter.search.trim() !== '' || filter.status !== '' || filter.modality !== '' || filter.origin !== 'library')
  const hasSamples = computed(() => list.rows.value.some((row) => row?.origin === 'sample'))

  function clear(): void {
    Object.assign(filter, { search: '', origin: 'library', status: '', modality: '' })
  }
  /** The study `step` places along the list, loading its page when it is not there yet. */
  async function neighbour(study: string, step: 1 | -1): Promise<string | undefined> {
    if (!list.ready.value) await list.reload()
    const index = list.rows.value.findIndex((row) => row?.id === study)
    const at = index + step
    if (index < 0 || at < 0 || at >= list.total.value) return undefined
    list.need(Math.max(0, at - 5), Math.min(list.total.value - 1, at + 5))
    return list.rows.value[at]?.id
  }

  watch([filter, sort], () => void list.reload())
  // Nothing is done to what one no longer sees.
  watch(filter, () => (selected.value = []))
  useChanged(['studies', 'predictions', 'reports'], () => void list.reload())
  return { filter, sort, selected, list, filtered, hasSamples, clear, neighbour }
})
