import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import type { GateReason } from '../../../src-shared/domain/gate.ts'
import type { ModelRow, Prediction } from '../../../src-shared/domain/prediction.ts'
import { call, useChanged } from '../../bridge/index.ts'
import { attempt } from '../../ui/errors.ts'
import { useViewer } from '../viewer/store.ts'
import { useComparison } from './comparison.ts'
import { useLabelChoice } from './labelChoice.ts'
import { scoreLines, type RowSort } from './rows.ts'

/** What the models say of the image on the screen, and the label that is looked at. */
export const useScores = defineStore('scores', () => {
  const viewer = useViewer()
  const predictions = shallowRef<Prediction[]>([])
  const models = shallowRef<ModelRow[]>([])
  const modelId = ref('')
  const sort = ref<RowSort>('labels')
  const busy = ref(false)
  /** Why films of the study were not predicted, by image. */
  const refused = shallowRef<ReadonlyMap<string, GateReason[]>>(new Map())
  /** The newest of the chosen model, else the newest. */
  const prediction = computed(() => predictions.value.find(({ model }) => model === modelId.value) ?? predictions.value[0] ?? null)
  const comparison = useComparison(predictions, prediction, (model) => predict(false, model))
  const lines = computed(() => (prediction.value ? scoreLines(prediction.value, comparison.other.value, sort.value) : []))
  const choice = useLabelChoice(lines)
  const refusal = computed(() => (viewer.imageId === null ? null : (refused.value.get(viewer.imageId) ?? null)))

  async function load(): Promise<void> {
    const image = viewer.imageId
    if (!image) return void (predictions.value = [])
    await attempt(async () => {
      const answer = await call('predictions.ofImage', { image })
      if (viewer.imageId === image) predictions.value = answer
    })
  }
  async function loadModels(): Promise<void> {
    await attempt(async () => {
      models.value = await call('models.list', {})
      if (!models.value.some(({ id }) => id === modelId.value)) modelId.value = (models.value.find(({ isDefault }) => isDefault) ?? models.value[0])?.id ?? ''
    })
  }
  /** @param anyway also films that the input gate speaks against */
  async function predict(anyway = false, model = modelId.value): Promise<void> {
    const study = viewer.study?.id
    if (!study || busy.value || !model) return
    busy.value = true
    await attempt(async () => {
      const outcome = await call('predictions.study', { study, model, anyway })
      if (viewer.study?.id === study) refused.value = new Map(outcome.refused.map(({ image, reasons }) => [image, reasons]))
    })
    busy.value = false
    await load()
  }

  watch(
    () => [viewer.study?.id, viewer.imageId] as const,
    ([study], old) => {
      if (study !== old?.[0]) {
        choice.label.value = null
        refused.value = new Map()
      }
      predictions.value = []
      void load()
    },
    { immediate: true },
  )
  useChanged(['predictions'], () => void load())
  useChanged(['models'], () => void loadModels())
  return { models, modelId, prediction, lines, sort, busy, refusal, loadModels, predict, ...comparison, ...choice }
})
