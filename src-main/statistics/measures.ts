import type { Measure } from './bootstrap.ts'
import { curvesOnGrid, GRID_STEPS, rankFigures, type Ranking } from './ranking.ts'
import { calibrationFigures, type Binned } from './reliability.ts'

/** AUC of every label, then average precision of every label. */
export function rankMeasure(labels: readonly Ranking[]): Measure {
  return {
    width: 2 * labels.length,
    fill(weights, into) {
      labels.forEach((ranks, label) => {
        const found = rankFigures(ranks, weights)
        into[label] = found?.auc ?? NaN
        into[labels.length + label] = found?.ap ?? NaN
      })
    },
  }
}

/** Calibration error of every label, then Brier score of every label. */
export function calibrationMeasure(labels: readonly Binned[]): Measure {
  return {
    width: 2 * labels.length,
    fill(weights, into) {
      labels.forEach((cells, label) => {
        const found = calibrationFigures(cells, weights)
        into[label] = found?.ece ?? NaN
        into[labels.length + label] = found?.brier ?? NaN
      })
    },
  }
}

/** Numbers of one curve. */
export const GRID = GRID_STEPS + 1

/** Both curves of every label on their grids: sensitivity, then precision, label after label. */
export function curveMeasure(labels: readonly Ranking[]): Measure {
  return {
    width: 2 * GRID * labels.length,
    fill(weights, into) {
      labels.forEach((ranks, label) => {
        const own = into.subarray(2 * GRID * label, 2 * GRID * (label + 1))
        if (!curvesOnGrid(ranks, weights, own.subarray(0, GRID), own.subarray(GRID))) own.fill(NaN)
      })
    },
  }
}
