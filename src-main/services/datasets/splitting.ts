import { createHash } from 'node:crypto'
import type { SplitPart } from '#shared/domain/dataset.ts'
import type { Policy } from '#shared/domain/labels.ts'
import type { Preset, SplitKind } from '#shared/domain/run.ts'
import { CodedError } from '#shared/errors.ts'
import { TEST, TRAIN, VALIDATION, leakage, splitRows } from '#main/engine/data/split.ts'
import { rowsOf } from '#main/store/browse/bits.ts'
import { readAs } from '#main/store/browse/columns.ts'
import type { Columns } from '#main/store/browse/columns.ts'
import type { Store } from '#main/store/index.ts'
import type { StoredDataset } from '#main/store/repositories/datasets.ts'
import { PARTS } from '#main/store/repositories/splits.ts'
import type { StoredSplit } from '#main/store/repositories/splits.ts'
import { done } from '#main/store/steps.ts'
import type { Steps } from '#main/store/steps.ts'
import { keptRows } from './statistics.ts'
import { LEFT_OUT } from './targets.ts'

export interface SplitRequest {
  by: SplitKind
  preset?: Preset | undefined
  seed: number
  /** Per cent for training, validation, test. */
  ratios: [number, number, number]
  /** Rows that it drops belong to no part. */
  policy: Policy
}

/** The stored split for a request, made when the set has none such (or other rows since). Equal requests give equal splits. */
export const splitDataset = (store: Store, dataset: StoredDataset, request: SplitRequest): StoredSplit => done(splitSteps(store, dataset, request))

/** The same in steps of some ten milliseconds. */
export function* splitSteps(store: Store, dataset: StoredDataset, request: SplitRequest): Steps<StoredSplit> {
  const { by: kind, preset = null, seed, ratios, policy } = request
  const columns = store.datasetImages.columns(dataset.key)
  const { kept, labels } = chosenRows(columns, policy)
  const wanted = { dataset: dataset.key, kind, preset, seed, ratios, policy, images: columns.rows, labels }
  const same = store.splits.same(wanted)
  if (same) return same

  const listed = kind === 'file' ? listedParts(dataset, columns, kept) : null
  const rows = listed ? kept.filter((row) => listed(row) !== null) : kept
  if (rows.length === 0) {
    throw new CodedError('DATASET_EMPTY', `The data set "${dataset.name}" has no labelled images to split.`, { remedy: 'Choose a label policy that keeps rows without a positive label.' })
  }
  yield
  const patients = rows.map((row) => columns.coded.patient.codes[row]!)
  const parts = listed ? Uint8Array.from(rows, (row) => PARTS.indexOf(listed(row)!)) : splitRows({ n: rows.length, by: kind === 'image' ? 'image' : 'patient', seed, ratios, patients, ...(preset && { preset }) })
  yield
  const studies = yield* store.datasetImages.studies(dataset.key, columns.rows)
  const leaks = leakage(parts, patients, rows.map((row) => studies[row]!))
  yield
  const all = new Uint8Array(columns.rows).fill(LEFT_OUT)
  rows.forEach((row, i) => (all[row] = parts[i]!))
  return store.splits.create({ ...wanted, ...counts(parts), leakage: leaks }, all)
}

/** Rows that a policy keeps; `labels` tells those that edits chose from those that the source's own labels would. */
function chosenRows(columns: Columns, policy: Policy): { kept: Uint32Array<ArrayBuffer>; labels: string } {
  const [kept, source] = (['edited', 'raw'] as const).map((reading) => keptRows(readAs(columns, reading), policy)) as [Uint32Array<ArrayBuffer>, Uint32Array<ArrayBuffer>]
  const moved = kept.some((word, i) => word !== source[i])
  return { kept: rowsOf(kept), labels: moved ? createHash('sha256').update(kept).digest('hex') : '' }
}

/** Which part the set's own lists put a row in: train.csv and valid.csv, official lists, a column of the table; null for those that no list names. */
function listedParts(dataset: StoredDataset, { coded }: Columns, kept: Uint32Array): (row: number) => SplitPart | null {
  const { codes, values } = coded.part
  const partOf = (row: number): SplitPart | null => values[codes[row]!] as SplitPart | null
  if (PARTS.filter((part) => kept.some((row) => partOf(row) === part)).length < 2) {
    throw new CodedError('SPLIT_NO_LIST', `The data set "${dataset.name}" has no official list of its parts.`, {
      remedy: 'Import a folder that holds train.csv and valid.csv or the lists of the set, or split by patient.',
    })
  }
  return partOf
}

function counts(parts: Uint8Array): { train: number; val: number; test: number } {
  const count = (side: number): number => parts.reduce((sum, part) => sum + Number(part === side), 0)
  return { train: count(TRAIN), val: count(VALIDATION), test: count(TEST) }
}
