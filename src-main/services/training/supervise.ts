import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { ModelRow } from '#shared/domain/prediction.ts'
import type { TrainEvent } from '#shared/domain/run.ts'
import { toErrorShape } from '#shared/errors.ts'
import { startCluster } from '#main/engine/cluster/coordinator.ts'
import type { ClusterRun, RunEnd } from '#main/engine/cluster/coordinator.ts'
import { versions } from './joining.ts'
import { RunRecorder } from './recorder.ts'
import type { TrainingParts } from './training.ts'

/** A file of this name in a run's folder asks whoever looks after the run to stop it. */
export const STOP_FILE = 'stop'
const LOOK_EVERY_MS = 500

export interface Supervision {
  /** Settles when the run has ended and its row says how; never rejects. */
  readonly ended: Promise<void>
  stop(reason: string): void
  /** Without a checkpoint. */
  kill(reason: string): void
}

type Done = Extract<TrainEvent, { event: 'done' }>

/** Prepare a run, train it, make a model of it, and write down how it ended. */
export function superviseRun(parts: TrainingParts, run: string, resume: boolean, turn: Promise<unknown>): Supervision {
  const recorder = new RunRecorder(parts.store, parts.host, run)
  const abort = new AbortController()
  let cluster: ClusterRun | undefined
  const end = (reason: string, how: 'stop' | 'kill'): void => {
    abort.abort(reason)
    cluster?.[how](reason)
  }

  const work = async (): Promise<void> => {
    await turn
    const folder = join(parts.folders.runs, run)
    await rm(join(folder, STOP_FILE), { force: true })
    const watch = setInterval(() => existsSync(join(folder, STOP_FILE)) && end('Stopped by the user.', 'stop'), LOOK_EVERY_MS)
    try {
      await train(folder)
    } finally {
      clearInterval(watch)
      recorder.flush()
    }
  }

  const train = async (folder: string): Promise<void> => {
    if (!abort.signal.aborted) await parts.preparation.prepare(run, folder, resume, recorder, abort.signal)
    if (abort.signal.aborted) return conclude({ outcome: 'stopped', reason: String(abort.signal.reason) })
    recorder.change({ state: 'running' })
    let done: Done | undefined
    const { config } = parts.store.runs.get(run)
    const library = parts.settings.get().libtensorflowPath
    const machines = config.cluster && { machines: { cluster: config.cluster, ...versions(library) } }
    cluster = startCluster(
      { run, folder, workers: config.workers, device: config.device, maxRestarts: config.maxRestarts, resume, ...(config.threads && { threads: { intra: config.threads, inter: 1 } }), ...(library && { library }), ...machines },
      parts.host.fork,
      // `done` is told once there is a model to name, `stopped` and `error` with how the run ended as a whole.
      (event) => {
        if (event.event === 'done') done = event
        else if (event.event !== 'stopped' && event.event !== 'error') recorder.record(event)
      },
    )
    const result = await cluster.ended
    await conclude(result, done)
  }

  const conclude = async (result: RunEnd, done?: Done): Promise<void> => {
    recorder.flush()
    const over = { pid: null, timeLeft: null, endedAt: new Date().toISOString() }
    if (result.outcome === 'done') {
      const model = await parts.models.fromRun(run)
      await learnReference(parts, recorder, model, abort.signal)
      recorder.change({ ...over, state: 'finished', reason: done?.early ? { code: 'EARLY_STOP', message: done.early } : null })
      if (done) recorder.record({ ...done, run, model: model.id })
    } else if (result.outcome === 'stopped') {
      recorder.change({ ...over, state: 'stopped', reason: { code: 'STOPPED', message: result.reason } })
      recorder.record({ event: 'stopped', run, step: parts.store.runs.get(run).step, reason: result.reason })
    } else fail(result.error)
  }

  const fail = (error: ReturnType<typeof toErrorShape>): void => {
    recorder.change({ state: 'failed', reason: error, pid: null, timeLeft: null, endedAt: new Date().toISOString() })
    recorder.record({ event: 'error', error })
  }

  const ended = work().catch((error: unknown) => fail(toErrorShape(error)))
  return { ended, stop: (reason) => end(reason, 'stop'), kill: (reason) => end(reason, 'kill') }
}

/** Where the films of training lie. Without it the model serves as well: films unlike those are then not told apart. */
async function learnReference(parts: TrainingParts, recorder: RunRecorder, { id, dataset }: ModelRow, signal: AbortSignal): Promise<void> {
  if (dataset === null) return
  await parts.reference(id, dataset, { signal }).catch((error: unknown) => {
    const { code, message } = toErrorShape(error)
    recorder.record({ event: 'log', level: 'warn', message: `No reference of the films of training (${code}): ${message}` })
  })
}
