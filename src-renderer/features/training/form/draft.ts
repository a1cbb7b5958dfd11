import type { MachineDevices } from '../../../../src-shared/contracts/training.ts'
import type { RequestInput } from '../../../../src-shared/contracts/index.ts'
import { PAPER_POLICY, type Policy } from '../../../../src-shared/domain/labels.ts'
import type { Blur, Head, ModelName, PosWeight, Precision, Preset, RunConfig, SplitKind } from '../../../../src-shared/domain/run.ts'
import { strings as t } from '../strings.ts'

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
  blur: Blur
  /** Age and sex beside the film. */
  metadata: boolean
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
  freezeEpochs: number | null
  /** Null: what the schedule says. */
  bodyLr: number | null
  weightDecay: number | null
  accumulate: number | null
  /** Null: not clipped. */
  clipNorm: number | null
  labelSmoothing: number | null
  posWeight: PosWeight
  /** Null: every epoch is trained. */
  patience: number | null
  precision: Precision
  deterministic: boolean
  /** Of each process; null: the cores of the machine, shared out. */
  threads: number | null
  /** Machines as one types them, `host:port` each, this one first; empty: this one alone. */
  machines: string
  bind: string
}

/** Where a form starts: the sound defaults, or one of the paper's two. */
export type Recipe = 'recommended' | Preset

/** What a run leaves alone unless it is asked for; these values are not sent. */
const PLAIN = {
  blur: 'stem', freezeEpochs: 1, bodyLr: null, weightDecay: 0.01, accumulate: 1, clipNorm: null, labelSmoothing: 0, posWeight: 'none', patience: null, precision: 'fp32', deterministic: false, threads: null, metadata: false,
} as const satisfies Partial<RunDraft>

const ALONE = { machines: '', bind: '' }

export function newDraft(dataset: string, policy: Policy, machine: MachineDevices): RunDraft {
  const { device, workers, batch } = machine.defaults
  return {
    dataset, name: '', split: 'patient', splitSeed: 42, ratios: [80, 10, 10], policy, allowLeakage: '',
    model: 'densenetblur121d', head: 'linear', init: machine.imagenetInstalled ? 'imagenet' : 'random', initFile: '', size: 224, augment: 'paper',
    preset: 'as-described', epochs: 30, batch, workers, device, lr: 1e-3, seed: 42, maxRestarts: 3, ...PLAIN, ...ALONE,
  }
}

/** The paper's experiments split by image, which leaks; the reason that is asked for says so. */
export function applyRecipe(draft: RunDraft, recipe: Recipe, machine: MachineDevices): RunDraft {
  const base: RunDraft = { ...newDraft(draft.dataset, draft.policy, machine), name: draft.name }
  if (recipe === 'recommended') return base
  const paper: RunDraft = { ...base, split: 'image', allowLeakage: t.paperReason, policy: PAPER_POLICY, preset: recipe }
  return recipe === 'as-released' ? { ...paper, head: 'concat-pool' } : paper
}

/** The form as it stood when a run was started; its name is free for another. */
export function draftOf({ init, cluster, ratios, allowLeakage = '', workers, ...config }: RunConfig, name: string): RunDraft {
  const known = init === 'imagenet' || init === 'random'
  return {
    ...PLAIN,
    ...config,
    name,
    ratios: [...ratios],
    allowLeakage,
    // A run counts the processes of all machines, the form those of one.
    workers: workers / (cluster?.workers.length ?? 1),
    init: known ? init : 'file',
    initFile: known ? '' : init,
    machines: cluster?.workers.join('\n') ?? '',
    bind: cluster?.bind ?? '',
  }
}

/** `host:port` of each machine, in the order typed. */
export const machinesOf = (text: string): string[] => text.split(/[\s,;]+/).filter(Boolean)

const LOOPBACK = /^(127\.|localhost:|\[?::1)/

/** Whether all of them are this computer, as when one tries it out. */
export const onlyLoopback = (machines: readonly string[]): boolean => machines.every((address) => LOOPBACK.test(address))

/** What the other machines run: each is told the cluster and which part of it is its own, as TensorFlow's TF_CONFIG has it. */
export function workerCommands(machines: readonly string[]): string[] {
  return machines.slice(1).map((_, i) => `TF_CONFIG='${JSON.stringify({ cluster: { worker: machines }, task: { type: 'worker', index: i + 1 } })}' xclassifier worker${onlyLoopback(machines) ? '' : ' --bind ADDRESS'}`)
}

/** Only of a draft without problems. */
export function toInput({ init, initFile, ratios, allowLeakage, name, machines, bind, ...draft }: RunDraft): RequestInput<'runs.start'> {
  const asked = Object.fromEntries(Object.entries(PLAIN).flatMap(([key, plain]) => {
    const value = draft[key as keyof typeof PLAIN]
    return value === plain || value === null ? [] : [[key, value]]
  }))
  const { dataset, split, policy, model, head, augment, preset, device } = draft
  const addresses = machinesOf(machines)
  return {
    dataset, split, policy, model, head, augment, preset, device,
    ...asked,
    ...(name.trim() && { name: name.trim() }),
    ...(allowLeakage.trim() && { allowLeakage: allowLeakage.trim() }),
    ...(addresses.length > 0 && { cluster: { workers: addresses, index: 0, ...(bind.trim() && { bind: bind.trim() }) } }),
    ratios: ratios as [number, number, number],
    init: init === 'file' ? initFile.trim() : init,
    splitSeed: draft.splitSeed!, size: draft.size!, epochs: draft.epochs!, batch: draft.batch!, workers: draft.workers!, lr: draft.lr!, seed: draft.seed!, maxRestarts: draft.maxRestarts!,
  }
}

/** Values of what stays folded away, unless somebody asks for others. */
const USUAL: Partial<RunDraft> = { ...PLAIN, ...ALONE, splitSeed: 42, ratios: [80, 10, 10], seed: 42, maxRestarts: 3, augment: 'paper' }

/** How many of some options are not at their usual value: what a folded group says of itself. */
export const changedOf = (draft: RunDraft, fields: readonly (keyof RunDraft)[]): number => fields.filter((field) => JSON.stringify(draft[field] ?? null) !== JSON.stringify(USUAL[field] ?? null)).length
