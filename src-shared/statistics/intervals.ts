/** Lower and upper end of a 95 % interval. */
export type Interval = readonly [low: number, high: number]

/** 97.5th percentile of the normal distribution. */
const Z = 1.959963984540054

/**
 * Wilson's score interval of a share (Wilson, JASA 1927): holds its 95 % also for few cases and near 0 and 1, where the normal one does not.
 * @returns null where there is no case
 */
export function wilson(hits: number, of: number): Interval | null {
  if (of === 0) return null
  const share = hits / of
  const square = (Z * Z) / of
  const centre = (share + square / 2) / (1 + square)
  const half = (Z / (1 + square)) * Math.sqrt((share * (1 - share)) / of + square / (4 * of))
  // Exact ends, which rounding may miss: no hit leaves 0 possible, all hits leave 1.
  return [hits === 0 ? 0 : Math.max(0, centre - half), hits === of ? 1 : Math.min(1, centre + half)]
}

/** Counts of one label at one threshold. */
export interface Confusion {
  tp: number
  fp: number
  fn: number
  tn: number
}

/** A share of cases; null and null where there is none to divide by. */
export interface Share {
  value: number | null
  ci95: Interval | null
  /** Cases it is a share of. */
  of: number
}

export interface Performance {
  sensitivity: Share
  specificity: Share
  /** Positive and negative predictive value at the prevalence of these films: another clinic's differ. */
  ppv: Share
  npv: Share
}

/** What a confusion says, each with its Wilson interval. */
export function performanceOf({ tp, fp, fn, tn }: Confusion): Performance {
  return { sensitivity: share(tp, tp + fn), specificity: share(tn, tn + fp), ppv: share(tp, tp + fp), npv: share(tn, tn + fn) }
}

function share(hits: number, of: number): Share {
  return { value: of ? hits / of : null, ci95: wilson(hits, of), of }
}
