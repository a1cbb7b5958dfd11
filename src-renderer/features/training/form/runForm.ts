import type { MachineDevices } from '../../../../src-shared/contracts/training.ts'
import type { DatasetRow, Split } from '../../../../src-shared/domain/dataset.ts'
import { leaks, ratiosProblem } from '../../datasets/splitForm.ts'
import { strings as t } from '../strings.ts'
import { machinesOf, onlyLoopback, type RunDraft } from './draft.ts'
import { strings as f } from './strings.ts'

export type RunField = keyof RunDraft
export type Problems = Partial<Record<RunField, string>>

export interface Circumstances {
  machine: MachineDevices
  dataset: DatasetRow | undefined
  /** The split that the run would use, where it is known. */
  split: Split | undefined
}

const ADDRESS = /^[^\s:/]+:\d{1,5}$/

const whole = (value: number | null, low: number, high: number): string | undefined => (value !== null && Number.isInteger(value) && value >= low && value <= high ? undefined : t.wholeNumber(low, high))
/** Of a number that may be left out. */
const optional = (value: number | null, problem: (value: number) => string | undefined): string | undefined => (value === null ? undefined : problem(value))
const between = (value: number | null, low: number, high: number): string | undefined => (value !== null && value >= low && value <= high ? undefined : f.between(low, high))

/** What stands in the way of starting, by the field it belongs to. */
export function problemsOf(draft: RunDraft, { machine, dataset, split }: Circumstances): Problems {
  const found: Problems = {
    dataset: !dataset ? t.chooseDataset : dataset.hasFiles ? undefined : t.labelsOnly,
    splitSeed: whole(draft.splitSeed, 0, 2 ** 32 - 1),
    ratios: usesRatios(draft) ? ratiosProblem(draft.ratios) : undefined,
    allowLeakage: split && leaks(split) && !draft.allowLeakage.trim() ? t.reasonNeeded : undefined,
    init: draft.init === 'imagenet' && !machine.imagenetInstalled ? t.noImagenet : undefined,
    initFile: draft.init === 'file' && !draft.initFile.trim() ? t.nameFile : undefined,
    size: whole(draft.size, 32, 1024) ?? (draft.size! % 32 ? t.multipleOf32(Math.max(32, Math.round(draft.size! / 32) * 32)) : undefined),
    epochs: whole(draft.epochs, 1, 1000),
    batch: whole(draft.batch, 1, 4096),
    workers: whole(draft.workers, 1, draft.device === 'gpu' ? Math.max(1, machine.gpus.length) : 64),
    lr: draft.lr !== null && draft.lr > 0 && draft.lr <= 10 ? undefined : t.rateRange,
    seed: whole(draft.seed, 0, 2 ** 31 - 1),
    maxRestarts: whole(draft.maxRestarts, 0, 100),
    ...optionProblems(draft),
    ...clusterProblems(draft),
  }
  return withText(found)
}

function optionProblems(draft: RunDraft): Problems {
  return {
    freezeEpochs: whole(draft.freezeEpochs, 0, 1000),
    bodyLr: optional(draft.bodyLr, (rate) => (rate > 0 && rate <= 10 ? undefined : t.rateRange)),
    weightDecay: between(draft.weightDecay, 0, 1),
    accumulate: whole(draft.accumulate, 1, 1024),
    clipNorm: optional(draft.clipNorm, (norm) => (norm > 0 && norm <= 1e6 ? undefined : f.moreThan0)),
    labelSmoothing: between(draft.labelSmoothing, 0, 0.5),
    patience: optional(draft.patience, (epochs) => whole(epochs, 1, 1000)),
    threads: optional(draft.threads, (threads) => whole(threads, 1, 1024)),
  }
}

function clusterProblems({ machines }: RunDraft): Problems {
  const addresses = machinesOf(machines)
  if (!addresses.length) return {}
  const odd = addresses.find((address) => !ADDRESS.test(address))
  const twice = addresses.find((address, i) => addresses.indexOf(address) !== i)
  return {
    machines: odd ? f.notAnAddress(odd) : twice ? f.addressTwice(twice) : addresses.length < 2 ? f.oneMachine : undefined,
  }
}

/** The set's own parts and the released script take no shares. */
export const usesRatios = ({ split, preset }: Pick<RunDraft, 'split' | 'preset'>): boolean => split !== 'file' && !(split === 'image' && preset === 'as-released')

/** Only fine-tuning has a first stage: from random weights there is no trained body to protect. */
export const hasFirstStage = ({ preset, init }: Pick<RunDraft, 'preset' | 'init'>): boolean => preset === 'as-released' || init !== 'random'

/**
 * What may start but will hardly do what was meant, by field.
 * @param trainImages null while not known
 */
export function warningsOf(draft: RunDraft, machine: MachineDevices, trainImages: number | null): Problems {
  const { batch, workers, accumulate, epochs, patience, lr, bodyLr, device, machines, bind } = draft
  const step = (batch ?? 1) * (workers ?? 1) * (accumulate ?? 1)
  return withText({
    workers: device === 'cpu' && (workers ?? 1) > machine.cpu.cores ? f.moreThanCores(machine.cpu.cores) : undefined,
    batch: trainImages !== null && trainImages > 0 && step > trainImages ? f.batchOverSet(step, Math.round(trainImages)) : undefined,
    patience: patience !== null && epochs !== null && patience >= epochs ? f.patienceIdle : undefined,
    bodyLr: bodyLr !== null && lr !== null && bodyLr > lr ? f.bodyFaster : undefined,
    lr: lr !== null && lr > 0.1 ? f.rateHigh : undefined,
    bind: !onlyLoopback(machinesOf(machines)) && !bind.trim() ? f.bindLoopback : undefined,
  })
}

const withText = (found: Problems): Problems => Object.fromEntries(Object.entries(found).filter(([, text]) => text)) as Problems

const FIELDS: Record<string, RunField> = {
  LABELS_ONLY: 'dataset', NO_FILMS: 'dataset', DATASET_EMPTY: 'dataset', SPLIT_NO_LIST: 'split', SPLIT_PATIENTS: 'split', SPLIT_RATIOS: 'ratios', LEAKAGE: 'allowLeakage',
  INIT_UNAVAILABLE: 'init', FILE_NOT_FOUND: 'initFile', WEIGHTS_FORMAT: 'initFile', WEIGHTS_MISMATCH: 'initFile', NO_GPU: 'device', GPU_MISSING: 'device', NAME_TAKEN: 'name',
  DISK_FULL: 'size', MEMORY_SHORT: 'batch',
}

/** The field that an error of `runs.start` belongs to; null for those that are of the whole run. */
export const fieldOf = (code: string): RunField | null => FIELDS[code] ?? null
