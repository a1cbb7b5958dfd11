import type { datasetsContract } from '#shared/contracts/datasets.ts'
import type { HandlersOf } from '#shared/contracts/define.ts'
import type { Services } from '../index.ts'

export function datasetsHandlers({ datasets }: Services): HandlersOf<typeof datasetsContract> {
  return {
    'datasets.list': () => datasets.list(),
    'datasets.get': ({ dataset }) => datasets.get(dataset),
    'datasets.images': ({ dataset, ...query }) => datasets.images(dataset, query),
    'datasets.facets': ({ dataset, filter }) => datasets.facets(dataset, filter),
    'datasets.patient': ({ row, ...asked }) => datasets.patient(row, asked),
    'datasets.filters': ({ dataset }) => datasets.savedFilters(dataset),
    'datasets.saveFilter': ({ dataset, ...saved }) => datasets.saveFilter(dataset, saved),
    'datasets.removeFilter': ({ dataset, name }) => datasets.removeFilter(dataset, name),
    'datasets.subset': (request) => ({ job: datasets.subset(request).id }),
    'datasets.export': ({ dataset, filter }) => datasets.export(dataset, filter),
    'datasets.labelCounts': ({ dataset, reading }) => datasets.labelCounts(dataset, reading),
    'datasets.cooccurrence': ({ dataset, policy }) => datasets.cooccurrence(dataset, policy),
    'datasets.stats': ({ dataset, uncertain }) => datasets.stats(dataset, uncertain),
    'datasets.policyEffect': ({ dataset, policy, before }) => datasets.policyEffect(dataset, policy, before),
    'datasets.split': ({ dataset, ...request }) => datasets.split(dataset, request),
    'datasets.splits': ({ dataset }) => datasets.splits(dataset),
    'datasets.skipped': ({ dataset }) => datasets.skipped(dataset),
    'datasets.rename': ({ dataset, name }) => datasets.rename(dataset, name),
    'datasets.remove': async ({ dataset }) => ({ removed: await datasets.remove(dataset) }),
  }
}
