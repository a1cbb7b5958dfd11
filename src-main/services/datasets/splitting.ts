import type { Split } from '#shared/domain/dataset.ts'
import type { Preset, SplitKind } from '#shared/domain/run.ts'
import { CodedError } from '#shared/errors.ts'
import { TEST, TRAIN, VALIDATION, leakage, splitRows } from '#main/engine/data/split.ts'
import type { Store } from '#main/store/index.ts'
import type { StoredDataset } from '#main/store/repositories/datasets.ts'
import { PARTS } from '#main/store/repositories/splits.ts'
import type { StoredSplit } from '#main/store/repositories/splits.ts'

export interface SplitRequest {
  by: SplitKind
  preset?: Preset | undefined
  seed: number
  /** Per cent for training, validation, test. */
  ratios: [number, number, number]
}

/** The stored split for a request, made when the set has none such (or has grown since). Equal requests give equal splits. */
export function splitDataset(store: Store, dataset: StoredDataset, request: SplitRequest): StoredSplit {
  const wanted = { dataset: dataset.key, kind: request.by, preset: request.preset ?? null, seed: request.seed, ratios: request.ratios }
  const same = store.splits.same(wanted)
  if (same && same.train + same.val + same.test === dataset.images) return same

  const groups = store.datasetImages.groups(dataset.key)
  if (groups.length === 0) throw new CodedError('DATASET_EMPTY', `The data set "${dataset.name}" has no images to split.`)
  const parts = request.by === 'file' ? fileParts(dataset, groups) : splitRows(rowsRequest(request, groups))
  const patients = groups.map(({ patient }) => patient)
  const studies = groups.map(({ study }) => study)
  const split: Omit<Split, 'id' | 'createdAt' | 'dataset'> = {
    kind: request.by,
    seed: request.seed,
    ...counts(parts),
    leakage: leakage(parts, patients, studies),
  }
  return store.splits.create({ ...split, ...wanted }, groups.map(({ key }) => key), parts)
}

type Group = ReturnType<Store['datasetImages']['groups']>[number]

function rowsRequest({ by, preset, seed, ratios }: SplitRequest, groups: readonly Group[]) {
  return { n: groups.length, by: by === 'image' ? ('image' as const) : ('patient' as const), preset, seed, ratios, patients: groups.map(({ patient }) => patient) }
}

/** The parts that the set's own files give: train.csv, valid.csv, test.csv. */
function fileParts(dataset: StoredDataset, groups: readonly Group[]): Uint8Array {
  const named = new Set(groups.map(({ part }) => part))
  if (named.has(null) || named.size < 2) {
    throw new CodedError('SPLIT_NO_LIST', `The data set "${dataset.name}" has no official list of its parts.`, {
      remedy: 'Import a folder that holds train.csv and valid.csv, or split by patient.',
    })
  }
  return Uint8Array.from(groups, ({ part }) => PARTS.indexOf(part!))
}

function counts(parts: Uint8Array): { train: number; val: number; test: number } {
  const count = (side: number): number => parts.reduce((sum, part) => sum + Number(part === side), 0)
  return { train: count(TRAIN), val: count(VALIDATION), test: count(TEST) }
}
