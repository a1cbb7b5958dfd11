import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import { LABELS, type Label } from '../../../src-shared/domain/labels.ts'
import type { ModelRow, Prediction } from '../../../src-shared/domain/prediction.ts'
import { call, useChanged } from '../../bridge/index.ts'
import { attempt } from '../../ui/errors.ts'
import { useViewer } from '../viewer/store.ts'

/** What the models say of the image on the screen, and the label that is looked at. */
export const useScores = defineStore('scores', () => {
  const viewer = useViewer()
  const predictions = shallowRef<Prediction[]>([])
  const models = shallowRef<ModelRow[]>([])
  const modelId = ref('')
  const label = ref<Label | null>(null)
  const overlay = ref(true)
  const busy = ref(false)
  /** The newest of the chosen model, else the newest. */
  const prediction = computed(() => predictions.value.find(({ model }) => model === modelId.value) ?? predictions.value[0] ?? null)

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
  async function predict(): Promise<void> {
    const study = viewer.study?.id
    if (!study || busy.value || !modelId.value) return
    busy.value = true
    await attempt(() => call('predictions.study', { study, model: modelId.value }))
    busy.value = false
    await load()
  }
  function stepLabel(by: 1 | -1): void {
    if (!prediction.value) return
    const at = label.value ? LABELS.indexOf(label.value) + by : by > 0 ? 0 : LABELS.length - 1
    label.value = LABELS[(at + LABELS.length) % LABELS.length]!
    overlay.value = true
  }
  /** A second click on the chosen label takes its map away. */
  function select(next: Label): void {
    overlay.value = label.value === next ? !overlay.value : true
    label.value = next
  }
  function toggleOverlay(): void {
    const [top] = (prediction.value?.scores ?? []).toSorted((a, b) => b.raw - a.raw)
    if (!label.value && top) select(top.label)
    else overlay.value = !overlay.value
  }

  watch(
    () => [viewer.study?.id, viewer.imageId] as const,
    ([study], old) => {
      if (study !== old?.[0]) label.value = null
      predictions.value = []
      void load()
    },
    { immediate: true },
  )
  useChanged(['predictions'], () => void load())
  useChanged(['models'], () => void loadModels())
  return { models, modelId, prediction, label, overlay, busy, loadModels, predict, stepLabel, select, toggleOverlay }
})
