import { reactive, shallowRef, watch, type ShallowRef } from 'vue'
import type { ActivationMap } from '../../../src-shared/domain/prediction.ts'
import type { CoarseMap } from '../../../src-shared/overlay/heatmap.ts'
import type { Colormap } from '../../../src-shared/overlay/colormaps.ts'
import { call } from '../../bridge/index.ts'
import { useScores } from './scores.ts'

/** How the heat map is drawn; one choice for every film. */
export const heat = reactive({ opacity: 0.6, threshold: 0, colormap: 'inferno' as Colormap })

const KEPT = 64

/** The activation map of the chosen label, asked for once and kept for the last few. */
export function useActivation(): { map: ShallowRef<CoarseMap | null>; error: ShallowRef<unknown> } {
  const scores = useScores()
  const known = new Map<string, CoarseMap>()
  const map = shallowRef<CoarseMap | null>(null)
  const error = shallowRef<unknown>(null)

  watch(
    () => [scores.prediction?.id, scores.label, scores.overlay] as const,
    async ([prediction, label, shown], _old, onCleanup) => {
      let stale = false
      onCleanup(() => (stale = true))
      error.value = null
      if (!prediction || !label || !shown) return void (map.value = null)
      const key = `${prediction}\n${label}`
      try {
        const found = known.get(key) ?? toMap(await call('predictions.activation', { prediction, label }))
        known.set(key, found)
        if (known.size > KEPT) known.delete(known.keys().next().value!)
        if (!stale) map.value = found
      } catch (problem) {
        if (stale) return
        map.value = null
        error.value = problem
      }
    },
    { immediate: true },
  )
  return { map, error }
}

const toMap = ({ height, width, shift, values }: ActivationMap): CoarseMap => ({ height, width, shift, values: Float32Array.from(values) })
