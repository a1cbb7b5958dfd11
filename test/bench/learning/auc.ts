/** Macro AUC of pooled predictions, and how much it varies with the patients that happened to be drawn. */
import { LABELS } from '#shared/domain/labels.ts'
import { Mersenne } from '#main/engine/data/mersenne.ts'
import { column, rocAuc } from '#main/engine/training/metrics.ts'

/** Predictions of every film by a network that was not trained on its patient. */
export interface Pooled {
  /** [n, 14] */
  logits: Float32Array
  /** [n, 14] of 0, 1 or IGNORED */
  targets: Uint8Array
  patients: string[]
}

export interface Interval {
  value: number
  low: number
  high: number
}

const SAMPLES = 1000

export function macroAuc({ logits, targets }: Pick<Pooled, 'logits' | 'targets'>): { macro: number; defined: number } {
  const areas = LABELS.map((_, label) => rocAuc(column(logits, targets, LABELS.length, label))).filter((area) => area !== null)
  return { macro: mean(areas), defined: areas.length }
}

/** Percentile intervals at 95 % of the mean over the seeds, of either side and of their difference, patients drawn with replacement. */
export function bootstrap(ours: readonly Pooled[], torch: readonly Pooled[]): Record<'ours' | 'torch' | 'difference', Interval> {
  const random = new Mersenne(7)
  const patients = [...new Set(ours[0]!.patients)]
  const drawn = Array.from({ length: SAMPLES }, () => {
    const counts = new Map<string, number>()
    for (let i = 0; i < patients.length; i++) {
      const patient = patients[Math.floor(random.uniform() * patients.length)]!
      counts.set(patient, (counts.get(patient) ?? 0) + 1)
    }
    return { ours: meanAuc(ours, counts), torch: meanAuc(torch, counts) }
  })
  const [a, b] = [meanAuc(ours), meanAuc(torch)]
  return {
    ours: interval(a, drawn.map((sample) => sample.ours)),
    torch: interval(b, drawn.map((sample) => sample.torch)),
    difference: interval(a - b, drawn.map((sample) => sample.ours - sample.torch)),
  }
}

/** @param counts how often each patient's films count; default once */
function meanAuc(seeds: readonly Pooled[], counts?: ReadonlyMap<string, number>): number {
  return mean(seeds.map((pooled) => macroAuc(counts ? repeated(pooled, counts) : pooled).macro))
}

function repeated({ logits, targets, patients }: Pooled, counts: ReadonlyMap<string, number>): Pick<Pooled, 'logits' | 'targets'> {
  const rows = patients.flatMap((patient, row) => Array<number>(counts.get(patient) ?? 0).fill(row))
  const width = LABELS.length
  const chosen = { logits: new Float32Array(rows.length * width), targets: new Uint8Array(rows.length * width) }
  rows.forEach((row, i) => {
    chosen.logits.set(logits.subarray(row * width, (row + 1) * width), i * width)
    chosen.targets.set(targets.subarray(row * width, (row + 1) * width), i * width)
  })
  return chosen
}

function interval(value: number, samples: number[]): Interval {
  const sorted = samples.toSorted((a, b) => a - b)
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!
  return { value, low: at(0.025), high: at(0.975) }
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length
