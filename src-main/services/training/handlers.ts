import type { HandlersOf } from '#shared/contracts/define.ts'
import type { trainingContract } from '#shared/contracts/training.ts'
import type { Services } from '../index.ts'

export function trainingHandlers({ training, trials }: Services): HandlersOf<typeof trainingContract> {
  return {
    'runs.list': () => training.list(),
    'runs.get': ({ run }) => training.get(run),
    'runs.epochs': ({ run }) => training.epochs(run),
    'runs.steps': ({ run, limit }) => training.steps(run, limit),
    'runs.log': ({ run, limit }) => training.log(run, limit),
    'runs.devices': ({ run, limit }) => training.devices(run, limit),
    'runs.start': (request) => training.start(request),
    'runs.stop': ({ run }) => training.stop(run),
    'runs.resume': ({ run, workers }) => training.resume(run, workers),
    'runs.update': ({ run, ...change }) => training.update(run, change),
    'runs.check': (request) => training.check(request),
    'runs.trial': (request) => trials.measure(request),
    'rates.find': (request) => trials.findRate(request),
    'rates.curve': ({ job }) => trials.curve(job),
    'runs.remove': async ({ run }) => ({ removed: await training.remove(run) }),
    'machine.devices': () => training.machine(),
  }
}
