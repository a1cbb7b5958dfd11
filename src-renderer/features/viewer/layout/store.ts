import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import type { ImageRow, StudyDetail } from '../../../../src-shared/domain/study.ts'
import { call } from '../../../bridge/index.ts'
import { attempt } from '../../../ui/errors.ts'
import { useViewer } from '../store.ts'
import { hang, type Hung, type Layout } from './hang.ts'

/** What hangs on the page, which viewport is in use, and whether they move together. */
export const useLayout = defineStore('layout', () => {
  const viewer = useViewer()
  const layout = ref<Layout>('one')
  const linked = ref(true)
  const active = ref(0)
  const panes = shallowRef<(Hung | null)[]>([])
  const prior = shallowRef<StudyDetail | null>(null)
  const inUse = computed(() => panes.value[active.value] ?? null)

  function rehang(): void {
    const { study, image } = viewer
    panes.value = study && image ? hang(layout.value, study, image, prior.value) : []
    const current = panes.value.findIndex((pane) => pane?.image.id === image?.id)
    active.value = Math.max(0, current)
  }
  /** @param wanted a prior by its id; else the newest */
  async function choose(next: Layout, wanted = prior.value?.id ?? viewer.study?.priors[0]?.id): Promise<void> {
    const study = viewer.study?.id
    if (next !== 'one' && wanted && wanted !== prior.value?.id) await attempt(async () => void (prior.value = await call('studies.get', { study: wanted })))
    if (viewer.study?.id !== study) return
    layout.value = next
    rehang()
  }
  /** Another film where the focus is. */
  function put(study: StudyDetail, image: ImageRow): void {
    panes.value = panes.value.with(active.value, { study, image })
  }
  function use(index: number): void {
    active.value = index
    const pane = panes.value[index]
    if (pane && pane.study.id === viewer.study?.id) viewer.choose(pane.image.id)
  }
  function step(by: 1 | -1): void {
    const count = panes.value.length
    if (count > 1) use((active.value + by + count) % count)
  }

  watch(
    () => viewer.study?.id,
    (id) => {
      if (prior.value?.id === id || !viewer.study?.priors.some((row) => row.id === prior.value?.id)) prior.value = null
      rehang()
      if (id && layout.value !== 'one' && !prior.value) void choose(layout.value)
    },
    { flush: 'sync' },
  )
  // Another image was chosen: it hangs where the focus is, unless it hangs already.
  watch(
    () => viewer.image,
    (image) => {
      if (!image || !viewer.study) return rehang()
      const at = panes.value.findIndex((pane) => pane?.image.id === image.id)
      if (at >= 0) active.value = at
      else if (panes.value.length) put(viewer.study, image)
      else rehang()
    },
    { flush: 'sync' },
  )
  return { layout, linked, active, panes, prior, inUse, choose, put, use, step }
})
