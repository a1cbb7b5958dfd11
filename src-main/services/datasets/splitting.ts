import type { Policy } from '#shared/domain/labels.ts'
import type { Preset, SplitKind } from '#shared/domain/run.ts'
import { CodedError } from '#shared/errors.ts'
import { TEST, TRAIN, VALIDATION, leakage, splitRows } from '#main/engine/data/split.ts'
import type { Store } from '#main/store/index.ts'
import type { StoredDataset } from '#main/store/repositories/datasets.ts'
import { PARTS } from '#main/store/repositories/splits.ts'
import type { StoredSplit } from '#main/store/repositories/splits.ts'
import { LEFT_OUT, hasPositive, targetsOf } from './targets.ts'

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

  const kept = keptRows(store, dataset.key, policy)
  const groups = kind === 'file' ? listed(dataset, kept) : kept
  if (groups.length === 0) {
    throw new CodedError('DATASET_EMPTY', `The data set "${dataset.name}" has no labelled images to split.`, { remedy: 'Choose a label policy that keeps rows without a positive label.' })
  }
  const parts = kind === 'file' ? Uint8Array.from(groups, ({ part }) => PARTS.indexOf(part!)) : splitRows(rowsRequest(request, groups))
  const leaks = leakage(parts, groups.map(({ patient }) => patient), groups.map(({ study }) => study))
  const all = new Uint8Array(dataset.images).fill(LEFT_OUT)
  groups.forEach(({ at }, i) => (all[at] = parts[i]!))
  return store.splits.create({ ...wanted, ...counts(parts), leakage: leaks }, all)
}

type Group = ReturnType<Store['datasetImages']['groups']>[number] & { at: number }

function keptRows(store: Store, dataset: number, policy: Policy): Group[] {
  const groups = store.datasetImages.groups(dataset).map((group, at) => ({ ...group, at }))
  if (!policy.dropWithoutPositive) return groups
  const targets = targetsOf(store.labels.matrix(dataset), policy)
  return groups.filter((_, row) => hasPositive(targets, row))
}

function rowsRequest({ by, preset, seed, ratios }: SplitRequest, groups: readonly Group[]) {
  return { n: groups.length, by: by === 'image' ? ('image' as const) : ('patient' as const), preset, seed, ratios, patients: groups.map(({ patient }) => patient) }
}

/** Rows that the set's own lists put in a part: train.csv and valid.csv, official lists, a column of the table. Those that no list names are in no part. */
function listed(dataset: StoredDataset, groups: readonly Group[]): Group[] {
  if (new Set(groups.flatMap(({ part }) => part ?? [])).size < 2) {
    throw new CodedError('SPLIT_NO_LIST', `The data set "${dataset.name}" has no official list of its parts.`, {
      remedy: 'Import a folder that holds train.csv and valid.csv or the lists of the set, or split by patient.',
    })
  }
  return groups.filter(({ part }) => part !== null)
}

function counts(parts: Uint8Array): { train: number; val: number; test: number } {
  const count = (side: number): number => parts.reduce((sum, part) => sum + Number(part === side), 0)
  return { train: count(TRAIN), val: count(VALIDATION), test: count(TEST) }
}
