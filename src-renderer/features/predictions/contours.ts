import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import type { Label } from '../../../src-shared/domain/labels.ts'
import { contourStyle, CONTOUR_SHARE, MOST_CONTOURS, type Contour } from '../../../src-shared/overlay/contours.ts'
import { attempt } from '../../ui/errors.ts'
import { activationOf } from './heat.ts'
import { useScores } from './scores.ts'

/** Several labels at once as lines over the film. */
export const useContours = defineStore('contours', () => {
  const scores = useScores()
  const labels = ref<Label[]>([])
  /** Share of a map's highest value that a line surrounds. */
  const share = ref(CONTOUR_SHARE)
  const found = shallowRef<{ prediction: string; image: string; contours: Contour[] } | null>(null)
  const full = computed(() => labels.value.length >= MOST_CONTOURS)
  const legend = computed(() => labels.value.map((label, i) => ({ label, ...contourStyle(i) })))

  function toggle(label: Label): void {
    if (labels.value.includes(label)) labels.value = labels.value.filter((one) => one !== label)
    else if (!full.value) labels.value = [...labels.value, label]
  }
  /** The most probable ones that count as findings. */
  function ofFindings(): void {
    const over = (scores.prediction?.scores ?? []).filter(({ label, raw, threshold }) => raw >= threshold && label !== 'No Finding').toSorted((a, b) => b.raw - a.raw)
    labels.value = over.slice(0, MOST_CONTOURS).map(({ label }) => label)
  }

  watch(
    () => [scores.prediction, labels.value] as const,
    async ([prediction, wanted], _old, onCleanup) => {
      let stale = false
      onCleanup(() => (stale = true))
      if (!prediction || !wanted.length) return void (found.value = null)
      await attempt(async () => {
        const contours = await Promise.all(wanted.map(async (label) => ({ label, map: await activationOf(prediction.id, label) })))
        if (!stale) found.value = { prediction: prediction.id, image: prediction.image, contours }
      })
    },
  )
  return { labels, share, found, full, legend, toggle, ofFindings }
})
