import type { HandlersOf } from '#shared/contracts/define.ts'
import type { decisionsContract } from '#shared/contracts/decisions.ts'
import type { Services } from '../index.ts'

export function decisionsHandlers({ decisions }: Pick<Services, 'decisions'>): HandlersOf<typeof decisionsContract> {
  return {
    'decisions.history': ({ study }) => decisions.history(study),
    'decisions.counts': () => decisions.counts(),
    'decisions.export': () => decisions.export(),
    'decisions.toDataset': ({ name }) => decisions.toDataset(name),
  }
}
