import type { ChartSeries } from '../UPlotChart.vue'

/** How the runs of a comparison are told apart: by colour, and by dashes for those who see few of them. */
export const LINES: readonly Pick<ChartSeries, 'color' | 'dash'>[] = [
  { color: 'accent' },
  { color: 'positive' },
  { color: 'success', dash: [8, 4] },
  { color: 'danger', dash: [3, 3] },
  { color: 'text', dash: [10, 3, 2, 3] },
  { color: 'muted', dash: [2, 5] },
]

/** More lines than these nobody can follow. */
export const MOST_RUNS = LINES.length
