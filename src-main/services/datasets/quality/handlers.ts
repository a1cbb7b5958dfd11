import type { HandlersOf } from '#shared/contracts/define.ts'
import type { qualityContract } from '#shared/contracts/quality.ts'
import type { Services } from '../../index.ts'

export function qualityHandlers({ quality }: Services): HandlersOf<typeof qualityContract> {
  return {
    'quality.summary': ({ dataset }) => quality.summary(dataset),
    'quality.check': ({ dataset }) => quality.check(dataset),
    'quality.films': ({ dataset, ...query }) => quality.films(dataset, query),
    'quality.decide': ({ dataset, ...wanted }) => ({ films: quality.decide(dataset, wanted) }),
    'quality.history': ({ dataset, row }) => quality.history(dataset, row),
    'quality.export': ({ dataset }) => quality.export(dataset),
    'quality.leak': ({ split }) => quality.leak(split),
    'quality.resolve': ({ split }) => quality.resolve(split),
  }
}
