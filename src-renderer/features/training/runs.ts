import type { RunRow } from '../../../src-shared/contracts/training.ts'
import type { EpochSummary, RunConfig, RunState } from '../../../src-shared/domain/run.ts'
import type { Label } from '../../../src-shared/domain/labels.ts'
import type { Tone } from '../../ui/types.ts'

/** Fine-tuning begins with a stage for the head, one epoch unless asked otherwise; from random weights `as-described` has none (training.md). */
export function totalEpochs({ epochs, preset, init, freezeEpochs = 1 }: Pick<RunConfig, 'epochs' | 'preset' | 'init' | 'freezeEpochs'>): number {
  return epochs + (preset === 'as-released' || init !== 'random' ? freezeEpochs : 0)
}

/** Steps of one epoch; 1 while the run has not said how many there are. */
export const stepsPerEpoch = (run: Pick<RunRow, 'totalSteps' | 'config'>): number => Math.max(1, run.totalSteps / totalEpochs(run.config))

export const TONES: Record<RunState, Tone> = { queued: 'neutral', running: 'accent', paused: 'neutral', stopped: 'neutral', failed: 'danger', finished: 'success' }

export const isLive = (state: RunState): boolean => state === 'running' || state === 'queued'
export const canResume = (state: RunState): boolean => state === 'stopped' || state === 'failed' || state === 'paused'

export interface LabelHistory {
  label: Label
  latest: number | null
  best: number | null
  values: (number | null)[]
}

/** AUC of each label over the epochs. */
export function labelHistories(epochs: readonly EpochSummary[], labels: readonly Label[]): LabelHistory[] {
  return labels.map((label) => {
    const values = epochs.map(({ auc }) => auc.perLabel[label])
    const known = values.filter((value) => value !== null)
    return { label, values, latest: values.at(-1) ?? null, best: known.length ? Math.max(...known) : null }
  })
}
