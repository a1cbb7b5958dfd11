import { defineStore } from 'pinia'
import { reactive, ref, watch } from 'vue'
import type { Annotation } from '../../../../src-shared/domain/annotation.ts'
import { call, useChanged } from '../../../bridge/index.ts'
import { attempt } from '../../../ui/errors.ts'
import { useViewer } from '../store.ts'
import { useHistory, type Step } from './history.ts'
import type { Unit } from './measure.ts'

/** What is drawn on the films of the page, with the way back. Everything is stored at once. */
export const useMarks = defineStore('marks', () => {
  const viewer = useViewer()
  const byImage = reactive(new Map<string, Annotation[]>())
  const history = useHistory((step) => void apply(step))
  const selected = ref<string | null>(null)
  const shown = ref(true)
  const unit = ref<Unit>('modality')
  let pending = 0

  const of = (image: string): Annotation[] => byImage.get(image) ?? []
  const find = (id: string): Annotation | null => [...byImage.values()].flat().find((mark) => mark.id === id) ?? null

  async function load(image: string): Promise<void> {
    await attempt(async () => {
      const answer = await call('annotations.ofImage', { image })
      if (!pending) byImage.set(image, answer)
    })
  }
  /** On the page at once; a refusal brings back what is stored. */
  async function apply({ before, after }: Step): Promise<void> {
    const { id, image } = (after ?? before)!
    const others = of(image).filter((mark) => mark.id !== id)
    const index = of(image).findIndex((mark) => mark.id === id)
    byImage.set(image, after ? others.toSpliced(index < 0 ? others.length : index, 0, after) : others)
    if (!after && selected.value === id) selected.value = null
    pending++
    const stored = await attempt(() => (after ? call('annotations.save', after) : call('annotations.remove', { id })))
    pending--
    if (!stored) await load(image)
  }
  const put = (after: Annotation): void => history.take({ before: find(after.id), after })
  function remove(id: string): void {
    const before = find(id)
    if (before) history.take({ before, after: null })
  }

  watch(
    () => viewer.study?.id,
    () => {
      byImage.clear()
      history.clear()
      selected.value = null
    },
    { flush: 'sync' },
  )
  useChanged(['annotations'], () => {
    if (!pending) for (const image of byImage.keys()) void load(image)
  })
  return { of, find, load, put, remove, selected, shown, unit, ...history }
})
