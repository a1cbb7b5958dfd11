/** Macro AUC of pooled predictions, and how much it varies with the patients that happened to be drawn. */
import { LABELS } from '#shared/domain/labels.ts'
import { bootstrap as resample, type Measure } from '#main/statistics/bootstrap.ts'
import { cellsOf, numbered } from '#main/statistics/judged.ts'
import { rankFigures, ranking } from '#main/statistics/ranking.ts'
import { percentileInterval } from '#main/statistics/resampling.ts'

/** Predictions of every film by a network that was not trained on its patient. */
export interface Pooled {
  /** [n, 14] */
  logits: Float32Array
  /** [n, 14] of 0, 1 or IGNORED */
  targets: Uint8Array
  /** Of each film. */
  patients: string[]
}

export interface Interval {
  value: number
  low: number
  high: number
}

const BOOTSTRAP = { resamples: 1000, seed: 7, pause: () => Promise.resolve() }

export function macroAuc(pooled: Pooled): { macro: number; defined: number } {
  const { fill, labels, patientCount } = macroOf(pooled)
  return { macro: fill(new Uint8Array(patientCount).fill(1)), defined: labels }
}

/** 95 % percentile intervals of the mean over the seeds, of either side and of their difference, patients drawn with replacement. */
export async function bootstrap(ours: readonly Pooled[], torch: readonly Pooled[], options = BOOTSTRAP): Promise<Record<'ours' | 'torch' | 'difference', Interval>> {
  const sides = [ours, torch].map((seeds) => seeds.map(macroOf))
  // Both in one measure, of the same order of films, so that each resample gives their difference.
  const measure: Measure = {
    width: 3,
    fill(weights, into) {
      const [a = NaN, b = NaN] = sides.map((seeds) => mean(seeds.map(({ fill }) => fill(weights))))
      into.set([a, b, a - b])
    },
  }
  const [sampled] = await resample([measure], sides[0]![0]!.patientCount, options)
  const { point, draws } = sampled!
  const at = (i: number): Interval => {
    const [low, high] = percentileInterval(draws.subarray(i * options.resamples, (i + 1) * options.resamples))!
    return { value: point[i]!, low, high }
  }
  return { ours: at(0), torch: at(1), difference: at(2) }
}

/** Mean AUC over the labels with both classes, as a function of the weights of the patients. */
function macroOf({ logits, targets, patients }: Pooled): { fill(weights: ArrayLike<number>): number; labels: number; patientCount: number } {
  const { numbers, count: patientCount } = numbered(patients)
  const rankings = LABELS.map((_, label) => ranking(cellsOf({ logits, targets, patients: numbers, patientCount }, label)))
  const fill = (weights: ArrayLike<number>): number => mean(rankings.map((ranks) => rankFigures(ranks, weights)?.auc).filter((auc) => auc !== undefined))
  const everyone = new Uint8Array(patientCount).fill(1)
  return { fill, labels: rankings.filter((ranks) => rankFigures(ranks, everyone)).length, patientCount }
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length
