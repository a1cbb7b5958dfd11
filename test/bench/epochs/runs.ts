/** The program's own imports and runs, measured. */
import { readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { runInput } from '#shared/contracts/training.ts'
import { fromErrorShape } from '#shared/errors.ts'
import { cliHost } from '#main/host/cli.ts'
import { createServices } from '#main/services/index.ts'

const NAME = 'films'
/** The first compiles and, in the first run, waits for the pack; the second is an epoch like all that follow. */
const EPOCHS = 2

export interface RunSetting {
  model: string
  size: number
  batch: number
  threads: number
}

export interface RunFigures {
  /** Seconds from the start of the run to the end of its first epoch: pack (where it is missing), start of the trainer, compilation. */
  first: number
  /** Seconds of the second epoch: training and validation. */
  epoch: number
  /** CPU seconds of the trainer from the end of the first epoch to the end of the second; 0 where the system does not tell. */
  cpu: number
}

/** Seconds of an import into a library of its own; one that stands there from an import that did not end is removed. */
export async function importSet(library: string, set: string): Promise<number> {
  await rm(library, { recursive: true, force: true })
  const services = createServices({ dataFolder: library, host: cliHost() })
  try {
    const began = performance.now()
    const job = await services.jobs.ended(services.importing.start({ paths: [set], as: 'dataset', name: NAME, labelsOnly: false }).id)
    if (job.error) throw fromErrorShape(job.error)
    if (job.skippedCount) throw new Error(`${job.skippedCount} films of ${set} were skipped`)
    return (performance.now() - began) / 1000
  } finally {
    await services.close()
  }
}

export async function trainOnce(library: string, { model, size, batch, threads }: RunSetting): Promise<RunFigures> {
  const host = cliHost()
  let trainer: number | undefined
  const fork: typeof host.fork = (...args) => {
    const child = host.fork(...args)
    trainer = child.pid
    return child
  }
  const services = createServices({ dataFolder: library, host: { ...host, fork } })
  try {
    const ends: { at: number; cpu: number; seconds: number }[] = []
    const ended = Promise.withResolvers<void>()
    host.on('train', ({ event }) => {
      if (event.event === 'epoch') ends.push({ at: performance.now(), cpu: cpuOf(trainer), seconds: event.seconds })
    })
    host.on('run', ({ state, reason }) => {
      if (state === 'finished') ended.resolve()
      else if (['failed', 'stopped', 'interrupted'].includes(state)) ended.reject(reason ? fromErrorShape(reason) : new Error(`the run is ${state}`))
    })
    const began = performance.now()
    await services.training.start(runInput.parse({ dataset: NAME, model, size, batch, threads, epochs: EPOCHS, workers: 1, device: 'cpu', init: 'random', split: 'patient', ratios: [80, 20, 0] }))
    await ended.promise
    const [first, second] = ends
    return { first: (first!.at - began) / 1000, epoch: second!.seconds, cpu: second!.cpu - first!.cpu }
  } finally {
    await services.close()
  }
}

/** Clock ticks of user and system time, all threads (proc(5), fields 14 and 15), a hundred a second on every Linux that Node runs on. */
function cpuOf(pid: number | undefined): number {
  try {
    const [user, system] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ').slice(11, 13).map(Number)
    return (user! + system!) / 100
  } catch {
    return 0
  }
}
