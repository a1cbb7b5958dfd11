import { LABELS, type Label } from '#shared/domain/labels.ts'
import type { AucByLabel } from '#shared/domain/run.ts'
import { awayFromScores, sigmoid } from '#shared/statistics/probability.ts'
import { averagePrecision, bce, column, confusion, operatingPoint, rocAuc, type Column } from './metrics.ts'

/** Everything said about one set of predictions; what a label with one class only cannot say is null. */
export interface Evaluation {
  images: number
  loss: number
  /** Share of label cells on the right side of .5. */
  accuracy: number
  /** Accuracy of always saying "negative". */
  allNegativeAccuracy: number
  auc: AucByLabel
  averagePrecision: Record<Label, number | null>
  /** Means over the labels at threshold .5; a ratio over nothing counts 0, as scikit-learn's `zero_division=0`. */
  precision: number
  recall: number
  f1: number
  /** argmax(TPR - FPR) of each label, half way to the next lower score; .5 where undefined: positive means probability >= threshold. */
  thresholds: Record<Label, number>
}

/**
 * @param logits [n, 14]
 * @param targets [n, 14] of 0, 1 or IGNORED
 */
export function evaluate(logits: Float32Array, targets: Uint8Array): Evaluation {
  const probabilities = logits.map(sigmoid)
  const columns = LABELS.map((_, label) => column(probabilities, targets, LABELS.length, label))
  const counts = columns.map((cells) => confusion(cells, 0.5))
  const total = (key: 'tp' | 'tn' | 'fp' | 'fn'): number => counts.reduce((sum, count) => sum + count[key], 0)
  const cells = Math.max(1, total('tp') + total('tn') + total('fp') + total('fn'))
  // Ranks of the logits are those of the probabilities, but float32 sigmoids tie where logits do not.
  const ranked = LABELS.map((_, label) => column(logits, targets, LABELS.length, label))
  return {
    images: targets.length / LABELS.length,
    loss: bce(logits, targets),
    accuracy: (total('tp') + total('tn')) / cells,
    allNegativeAccuracy: (total('tn') + total('fp')) / cells,
    auc: aucByLabel(ranked),
    averagePrecision: byLabel(ranked, averagePrecision),
    precision: mean(counts.map(({ tp, fp }) => ratio(tp, tp + fp))),
    recall: mean(counts.map(({ tp, fn }) => ratio(tp, tp + fn))),
    f1: mean(counts.map(({ tp, fp, fn }) => ratio(2 * tp, 2 * tp + fp + fn))),
    thresholds: byLabel(columns, thresholdOf),
  }
}

function thresholdOf(cells: Column): number {
  const point = operatingPoint(cells)
  return point === null ? 0.5 : awayFromScores(point, cells.scores)
}

function aucByLabel(columns: Column[]): AucByLabel {
  const perLabel = byLabel(columns, rocAuc)
  const defined = Object.values(perLabel).filter((auc) => auc !== null)
  return { macro: defined.length ? mean(defined) : null, defined: defined.length, perLabel }
}

function byLabel<T>(columns: Column[], measure: (cells: Column) => T): Record<Label, T> {
  return Object.fromEntries(LABELS.map((label, i) => [label, measure(columns[i]!)])) as Record<Label, T>
}

const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length
const ratio = (a: number, b: number): number => (b ? a / b : 0)
