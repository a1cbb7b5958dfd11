import type { MachineDevices } from '../../../src-shared/contracts/training.ts'
import type { RequestInput } from '../../../src-shared/contracts/index.ts'
import type { DatasetRow, Split } from '../../../src-shared/domain/dataset.ts'
import { PAPER_POLICY, type Policy } from '../../../src-shared/domain/labels.ts'
import type { Head, ModelName, Preset, SplitKind } from '../../../src-shared/domain/run.ts'
import { leaks, ratiosProblem } from '../datasets/splitForm.ts'
import { strings as t } from './strings.ts'

/** What the form holds: numbers may be missing while they are typed. */
export interface RunDraft {
  dataset: string
  name: string
  split: SplitKind
  splitSeed: number | null
  ratios: (number | null)[]
  policy: Policy
  allowLeakage: string
  model: ModelName
  head: Head
  init: 'imagenet' | 'random' | 'file'
  initFile: string
  size: number | null
  augment: 'paper' | 'none'
  preset: Preset
  epochs: number | null
  batch: number | null
  workers: number | null
  device: 'cpu' | 'gpu'
  lr: number | null
  seed: number | null
  maxRestarts: number | null
}

export type RunField = keyof RunDraft
export type Problems = Partial<Record<RunField, string>>

/** Where a form starts: the sound defaults, or one of the paper's two. */
export type Recipe = 'recommended' | Preset

export function newDraft(dataset: string, policy: Policy, machine: MachineDevices): RunDraft {
  const { device, workers, batch } = machine.defaults
  return {
    dataset, name: '', split: 'patient', splitSeed: 42, ratios: [80, 10, 10], policy, allowLeakage: '',
    model: 'densenetblur121d', head: 'linear', init: machine.imagenetInstalled ? 'imagenet' : 'random', initFile: '', size: 224, augment: 'paper',
    preset: 'as-described', epochs: 30, batch, workers, device, lr: 1e-3, seed: 42, maxRestarts: 3,
  }
}

/** The paper's experiments split by image, which leaks; the reason that is asked for says so. */
export function applyRecipe(draft: RunDraft, recipe: Recipe, machine: MachineDevices): RunDraft {
  const base: RunDraft = { ...newDraft(draft.dataset, draft.policy, machine), name: draft.name }
  if (recipe === 'recommended') return base
  const paper: RunDraft = { ...base, split: 'image', allowLeakage: t.paperReason, policy: PAPER_POLICY, preset: recipe }
  return recipe === 'as-released' ? { ...paper, head: 'concat-pool' } : paper
}

export interface Circumstances {
  machine: MachineDevices
  dataset: DatasetRow | undefined
  /** The split that the run would use, where it is known. */
  split: Split | undefined
}

/** What stands in the way of starting, by the field it belongs to. */
export function problemsOf(draft: RunDraft, { machine, dataset, split }: Circumstances): Problems {
  const whole = (value: number | null, low: number, high: number): string | undefined => (value !== null && Number.isInteger(value) && value >= low && value <= high ? undefined : t.wholeNumber(low, high))
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
  }
  return Object.fromEntries(Object.entries(found).filter(([, problem]) => problem)) as Problems
}

/** The set's own parts and the released script take no shares. */
export const usesRatios = ({ split, preset }: Pick<RunDraft, 'split' | 'preset'>): boolean => split !== 'file' && !(split === 'image' && preset === 'as-released')

/** Only of a draft without problems. */
export function toInput({ init, initFile, ratios, allowLeakage, name, ...draft }: RunDraft): RequestInput<'runs.start'> {
  return {
    ...draft,
    ...(name.trim() && { name: name.trim() }),
    ...(allowLeakage.trim() && { allowLeakage: allowLeakage.trim() }),
    ratios: ratios as [number, number, number],
    init: init === 'file' ? initFile.trim() : init,
    splitSeed: draft.splitSeed!, size: draft.size!, epochs: draft.epochs!, batch: draft.batch!, workers: draft.workers!, lr: draft.lr!, seed: draft.seed!, maxRestarts: draft.maxRestarts!,
  }
}

const FIELDS: Record<string, RunField> = {
  LABELS_ONLY: 'dataset', NO_FILMS: 'dataset', DATASET_EMPTY: 'dataset', SPLIT_NO_LIST: 'split', SPLIT_PATIENTS: 'split', SPLIT_RATIOS: 'ratios', LEAKAGE: 'allowLeakage',
  INIT_UNAVAILABLE: 'init', FILE_NOT_FOUND: 'initFile', WEIGHTS_FORMAT: 'initFile', WEIGHTS_MISMATCH: 'initFile', NO_GPU: 'device', GPU_MISSING: 'device', NAME_TAKEN: 'name',
}

/** The field that an error of `runs.start` belongs to; null for those that are of the whole run. */
export const fieldOf = (code: string): RunField | null => FIELDS[code] ?? null
