import { IGNORED } from '#shared/domain/labels.ts'

/** Scores and targets of one label, without the ignored cells. */
export interface Column {
  /** Higher is more likely positive. */
  scores: Float32Array
  /** 0 or 1. */
  targets: Uint8Array
}

/** @param scores,targets [n, labels] in C order */
export function column(scores: Float32Array, targets: Uint8Array, labels: number, label: number): Column {
  const cells: number[] = []
  for (let cell = label; cell < targets.length; cell += labels) if (targets[cell] !== IGNORED) cells.push(cell)
  return { scores: Float32Array.from(cells, (cell) => scores[cell]!), targets: Uint8Array.from(cells, (cell) => targets[cell]!) }
}

/** Confusion at each distinct score, from the highest down: how many positives and negatives score at least that much. */
export function* thresholds({ scores, targets }: Column): Generator<{ score: number; tp: number; fp: number }> {
  const order = Uint32Array.from(scores.keys()).sort((a, b) => scores[b]! - scores[a]!)
  let tp = 0
  let fp = 0
  for (const [i, row] of order.entries()) {
    if (targets[row]) tp++
    else fp++
    const next = order[i + 1]
    if (next === undefined || scores[next] !== scores[row]) yield { score: scores[row]!, tp, fp }
  }
}

const sum = (values: Uint8Array): number => values.reduce((total, value) => total + value, 0)

/** Area under the ROC curve by mid-ranks (Mann-Whitney U, ties count one half); null when one class is absent. */
export function rocAuc(cells: Column): number | null {
  const positives = sum(cells.targets)
  const negatives = cells.targets.length - positives
  if (!positives || !negatives) return null
  let area = 0
  let last = { tp: 0, fp: 0 }
  for (const point of thresholds(cells)) {
    area += ((point.fp - last.fp) * (point.tp + last.tp)) / 2
    last = point
  }
  return area / (positives * negatives)
}

/** Average precision, sum of (R_n - R_{n-1}) P_n over the distinct thresholds; null without a positive. */
export function averagePrecision(cells: Column): number | null {
  const positives = sum(cells.targets)
  if (!positives) return null
  let total = 0
  let found = 0
  for (const { tp, fp } of thresholds(cells)) {
    total += ((tp - found) / positives) * (tp / (tp + fp))
    found = tp
  }
  return total
}

/** The score with the largest TPR - FPR (Youden): positive means score >= threshold. Null when one class is absent. */
export function operatingPoint(cells: Column): number | null {
  const positives = sum(cells.targets)
  const negatives = cells.targets.length - positives
  if (!positives || !negatives) return null
  let best = { score: 0, gain: -Infinity }
  for (const { score, tp, fp } of thresholds(cells)) {
    const gain = tp / positives - fp / negatives
    if (gain > best.gain) best = { score, gain }
  }
  return best.score
}

export interface Confusion {
  tp: number
  fp: number
  fn: number
  tn: number
}

/** Positive means score > threshold, as fastai's `accuracy_multi`. */
export function confusion({ scores, targets }: Column, threshold: number): Confusion {
  const counts = { tp: 0, fp: 0, fn: 0, tn: 0 }
  for (const [row, target] of targets.entries()) {
    if (scores[row]! > threshold) counts[target ? 'tp' : 'fp']++
    else counts[target ? 'fn' : 'tn']++
  }
  return counts
}

/** Mean binary cross-entropy of logits over the cells that are not ignored. */
export function bce(logits: Float32Array, targets: Uint8Array): number {
  let total = 0
  let cells = 0
  for (const [cell, y] of targets.entries()) {
    if (y === IGNORED) continue
    const z = logits[cell]!
    total += Math.max(z, 0) - z * y + Math.log1p(Math.exp(-Math.abs(z)))
    cells++
  }
  return cells ? total / cells : 0
}
