import type { HandlersOf } from '#shared/contracts/define.ts'
import type { experimentsContract } from '#shared/contracts/experiments.ts'
import type { Services } from '../index.ts'

export function experimentsHandlers({ experiments }: Services): HandlersOf<typeof experimentsContract> {
  return {
    'experiments.list': () => experiments.list(),
    'experiments.get': ({ experiment }) => experiments.get(experiment),
    'experiments.start': (request) => experiments.start(request),
    'experiments.resume': ({ experiment }) => experiments.resume(experiment),
    'experiments.stop': ({ experiment }) => experiments.stop(experiment),
    'experiments.remove': ({ experiment }) => ({ removed: experiments.remove(experiment) }),
    'experiments.markdown': ({ experiment }) => ({ text: experiments.markdown(experiment) }),
  }
}
