import { reactive, shallowRef, watch, type ShallowRef } from 'vue'
import type { Label } from '../../../src-shared/domain/labels.ts'
import type { CoarseMap } from '../../../src-shared/overlay/heatmap.ts'
import type { Colormap } from '../../../src-shared/overlay/colormaps.ts'
import { call } from '../../bridge/index.ts'
import { useScores } from './scores.ts'

/** How the heat map is drawn; one choice for every film. */
export const heat = reactive({ opacity: 0.6, threshold: 0, colormap: 'inferno' as Colormap })

const KEPT = 64
const known = new Map<string, CoarseMap>()

/** The activation map of a label, asked for once and kept for the last few. */
export async function activationOf(prediction: string, label: Label): Promise<CoarseMap> {
  const key = `${prediction}\n${label}`
  const found = known.get(key)
  if (found) return found
  const { height, width, shift, values } = await call('predictions.activation', { prediction, label })
  const map = { height, width, shift, values: Float32Array.from(values) }
  known.set(key, map)
  if (known.size > KEPT) known.delete(known.keys().next().value!)
  return map
}

/** The activation map of the chosen label. */
export function useActivation(): { map: ShallowRef<CoarseMap | null>; error: ShallowRef<unknown> } {
  const scores = useScores()
  const map = shallowRef<CoarseMap | null>(null)
  const error = shallowRef<unknown>(null)

  watch(
    () => [scores.prediction?.id, scores.label, scores.overlay] as const,
    async ([prediction, label, shown], _old, onCleanup) => {
      let stale = false
      onCleanup(() => (stale = true))
      error.value = null
      if (!prediction || !label || !shown) return void (map.value = null)
      try {
        const found = await activationOf(prediction, label)
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
