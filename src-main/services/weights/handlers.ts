import type { HandlersOf } from '#shared/contracts/define.ts'
import type { weightsContract } from '#shared/contracts/weights.ts'
import type { Services } from '../index.ts'

export function weightsHandlers({ weights }: Pick<Services, 'weights'>): HandlersOf<typeof weightsContract> {
  return {
    'weights.list': () => weights.list(),
    'weights.fetch': ({ model }) => ({ job: weights.fetch(model).id }),
    'weights.install': ({ model, path }) => weights.install(model, path),
  }
}
