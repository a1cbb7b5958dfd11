import { computed, ref, shallowRef, watch, type Ref } from 'vue'
import type { Prediction, PriorPrediction } from '../../../src-shared/domain/prediction.ts'
import { call } from '../../bridge/index.ts'
import { useViewer } from '../viewer/store.ts'

/** In place of a model's id: what the model said of the prior study. */
export const PRIOR = 'prior'

/** What the chosen model's words stand beside: nothing, those on the prior study, or those of another model. */
export function useComparison(predictions: Ref<Prediction[]>, prediction: Ref<Prediction | null>, predict: (model: string) => Promise<void>) {
  const viewer = useViewer()
  const beside = ref('')
  const prior = shallowRef<PriorPrediction | null>(null)
  const other = computed(() => (beside.value === PRIOR ? (prior.value?.prediction ?? null) : (predictions.value.find(({ model }) => model === beside.value) ?? null)))

  async function load(): Promise<void> {
    const [study, model] = [viewer.study?.id, prediction.value?.model]
    const found = study && model && viewer.study?.priors.length ? await call('predictions.prior', { study, model }).catch(() => null) : null
    if (viewer.study?.id === study) prior.value = found
  }
  /** Another model is asked when it has not said anything of this film. */
  async function compareWith(next: string): Promise<void> {
    beside.value = next
    if (next && next !== PRIOR && !predictions.value.some(({ model }) => model === next)) await predict(next)
  }

  watch(() => viewer.study?.id, () => {
    prior.value = null
    if (beside.value === PRIOR) beside.value = ''
  })
  watch(() => [viewer.study?.id, prediction.value?.model], () => void load(), { immediate: true })
  // A model is not compared with itself.
  watch(() => prediction.value?.model, (model) => model === beside.value && (beside.value = ''))
  return { beside, prior, other, compareWith }
}
