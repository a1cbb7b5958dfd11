import { ref, type Ref } from 'vue'
import type { Label } from '../../../src-shared/domain/labels.ts'
import type { ScoreLine } from './rows.ts'

/** The label that is looked at, and whether its map is shown. */
export function useLabelChoice(lines: Ref<ScoreLine[]>) {
  const label = ref<Label | null>(null)
  const overlay = ref(true)

  /** Along the rows as they stand. */
  function stepLabel(by: 1 | -1): void {
    const order = lines.value.map((line) => line.label)
    if (!order.length) return
    const at = label.value ? order.indexOf(label.value) + by : by > 0 ? 0 : order.length - 1
    label.value = order[(at + order.length) % order.length]!
    overlay.value = true
  }
  /** A second click on the chosen label takes its map away. */
  function select(next: Label): void {
    overlay.value = label.value === next ? !overlay.value : true
    label.value = next
  }
  function toggleOverlay(): void {
    const [top] = lines.value.toSorted((a, b) => b.score.raw - a.score.raw)
    if (!label.value && top) select(top.label)
    else overlay.value = !overlay.value
  }
  return { label, overlay, stepLabel, select, toggleOverlay }
}
