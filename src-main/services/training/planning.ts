import type { RunConfig } from '#shared/domain/run.ts'
import { CodedError } from '#shared/errors.ts'
import type { StoredDataset } from '#main/store/repositories/datasets.ts'
import type { StoredSplit } from '#main/store/repositories/splits.ts'
import { resolveConfig } from './config.ts'
import type { RunRequest } from './config.ts'
import { describeMachine, imagenetPlace, imagenetWeights } from './machine.ts'
import type { TrainingParts } from './training.ts'

/**
 * What is asked for with every choice made, its data set and its split.
 * @throws NOT_FOUND, LEAKAGE, INIT_UNAVAILABLE, FILE_NOT_FOUND, NO_GPU, NO_FILMS, SPLIT_NO_LIST, CLUSTER_INDEX
 */
export async function planRun(parts: TrainingParts, request: RunRequest): Promise<{ dataset: StoredDataset; split: StoredSplit; config: RunConfig }> {
  const { store, folders, settings, preparation } = parts
  if (request.cluster?.index) throw new CodedError('CLUSTER_INDEX', `A run starts on machine 0 of its cluster, and this is machine ${request.cluster.index}.`, { remedy: 'Run `xclassifier worker` here; the run is started on machine 0.' })
  const dataset = store.datasets.get(request.dataset)
  const machine = await describeMachine(folders, settings)
  const asked = resolveConfig({ ...request, dataset: dataset.id }, machine, imagenetWeights(request.model, folders, settings), imagenetPlace(request.model, folders))
  return { dataset, ...preparation.split(dataset, asked) }
}
