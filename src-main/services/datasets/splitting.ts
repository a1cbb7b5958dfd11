import type { Policy } from '#shared/domain/labels.ts'
import type { Preset, SplitKind } from '#shared/domain/run.ts'
import { CodedError } from '#shared/errors.ts'
import { TEST, TRAIN, VALIDATION, leakage, splitRows } from '#main/engine/data/split.ts'
import type { Store } from '#main/store/index.ts'
import type { StoredDataset } from '#main/store/repositories/datasets.ts'
import { PARTS } from '#main/store/repositories/splits.ts'
import type { StoredSplit } from '#main/store/repositories/splits.ts'
import { hasPositive, targetsOf } from './targets.ts'

export interface SplitRequest {
  by: SplitKind
  preset?: Preset | undefined
  seed: number
  /** Per cent for training, validation, test. */
  ratios: [number, number, number]
  /** Rows that it drops belong to no part. */
  policy: Policy
}

/** The stored split for a request, made when the set has none such (or has grown since). Equal requests give equal splits. */
export function splitDataset(store: Store, dataset: StoredDataset, request: SplitRequest): StoredSplit {
  const { by: kind, preset = null, seed, ratios, policy } = request
  const wanted = { dataset: dataset.key, kind, preset, seed, ratios, policy, images: dataset.images }
  const same = store.splits.same(wanted)
  if (same) return same

  const groups = keptRows(store, dataset.key, policy)
  if (groups.length === 0) {
    throw new CodedError('DATASET_EMPTY', `The data set "${dataset.name}" has no labelled images to split.`, { remedy: 'Choose a label policy that keeps rows without a positive label.' })
  }
  const parts = kind === 'file' ? fileParts(dataset, groups) : splitRows(rowsRequest(request, groups))
  const leaks = leakage(parts, groups.map(({ patient }) => patient), groups.map(({ study }) => study))
  return store.splits.create({ ...wanted, ...counts(parts), leakage: leaks }, groups.map(({ key }) => key), parts)
}

type Group = ReturnType<Store['datasetImages']['groups']>[number]

function keptRows(store: Store, dataset: number, policy: Policy): Group[] {
  const groups = store.datasetImages.groups(dataset)
  if (!policy.dropWithoutPositive) return groups
  const targets = targetsOf(store.labels.matrix(dataset), policy)
  return groups.filter((_, row) => hasPositive(targets, row))
}

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
