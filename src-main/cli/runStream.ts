import type { RunRow } from '#shared/contracts/training.ts'
import type { TrainEvent } from '#shared/domain/run.ts'
import { CodedError, fromErrorShape } from '#shared/errors.ts'
import type { Context, Outcome } from './command.ts'

/** What `--json` prints of a run, a line each. */
const STREAMED = new Set<TrainEvent['event']>(['started', 'step', 'epoch', 'checkpoint', 'restart', 'stopped', 'done'])

/**
 * Show a run until it ends. Ctrl+C stops it with a checkpoint.
 * @throws the reason of a run that failed
 */
export async function followRun(context: Context, begin: () => Promise<RunRow> | RunRow): Promise<Outcome> {
  const { training } = context.services()
  context.host.on('train', ({ event }) => {
    if (STREAMED.has(event.event)) context.stream(event)
    const line = describe(event)
    if (line && !(context.json && event.event === 'step')) context.say(line)
  })
  const run = await begin()
  context.say(`Run ${run.id}: ${run.config.model}, ${run.config.epochs} epochs, ${run.config.workers} processes with ${run.config.batch} images each`)
  const stop = (): void => void training.stop(run.id).catch(() => {})
  context.signal.addEventListener('abort', stop, { once: true })
  const end = await training.ended(run.id)
  context.signal.removeEventListener('abort', stop)
  if (end.state === 'failed') throw end.reason ? fromErrorShape(end.reason) : new CodedError('RUN_FAILED', 'The run failed.')
  const best = end.best?.auc == null ? '' : `, best macro AUC ${end.best.auc.toFixed(3)} in epoch ${end.best.epoch}`
  const text = end.state === 'finished' ? `Run ${end.id} made model ${end.model} in ${end.step} steps${best}` : `Run ${end.id} is ${end.state} at step ${end.step}; xclassifier resume ${end.id} goes on`
  return { json: null, text }
}

/** A line for people, null for what is not worth one; the run's own error is told at its end. */
function describe(event: TrainEvent): string | null {
  if (event.event === 'log') return event.level === 'error' ? null : event.message
  if (event.event !== 'step' || event.step % 10 !== 0) return null
  return `step ${event.step}: loss ${event.loss.toFixed(4)}, ${event.imagesPerSecond.toFixed(1)} images/s`
}
