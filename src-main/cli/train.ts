import { runInput } from '#shared/contracts/training.ts'
import { CodedError } from '#shared/errors.ts'
import type { RunRequest } from '#main/services/training/config.ts'
import { CLUSTER_HELP, CLUSTER_OPTIONS, clusterOf, takePart } from './cluster.ts'
import { command, numberOf, ratiosOf, usageError, type Context } from './command.ts'
import { POLICY_HELP, policyFor } from './policy.ts'
import { followRun } from './runStream.ts'
import { TUNING_HELP } from './tuning.ts'
import { fetchWeights } from './weights.ts'

const text = { type: 'string' } as const

/** Command line name of each number the request takes. */
const NUMBERS = { epochs: 'epochs', batch: 'batch', workers: 'workers', size: 'size', lr: 'lr', seed: 'seed', 'split-seed': 'splitSeed', 'max-restarts': 'maxRestarts', patience: 'patience', 'clip-norm': 'clipNorm', 'label-smoothing': 'labelSmoothing', accumulate: 'accumulate', 'freeze-epochs': 'freezeEpochs', 'body-lr': 'bodyLr', 'weight-decay': 'weightDecay', threads: 'threads' } as const
const WORDS = { name: 'name', split: 'split', model: 'model', head: 'head', preset: 'preset', device: 'device', init: 'init', augment: 'augment', 'allow-leakage': 'allowLeakage', 'pos-weight': 'posWeight', precision: 'precision', blur: 'blur' } as const

export const TRAIN_USAGE = `N [--split patient|image|file] [--split-seed 42] [--ratios 80,10,10] [--policy FILE] [--model densenetblur121d|densenet121d|densenet121|resnet18]
      [--head linear|concat-pool] [--preset as-described|as-released] [--epochs 30] [--batch B] [--workers W] [--device auto|cpu|gpu] [--size 224]
      [--lr 1e-3] [--seed S] [--init imagenet|random|FILE] [--augment paper|none] [--patience EPOCHS] [--clip-norm X] [--label-smoothing 0]
      [--pos-weight auto|none] [--accumulate 1] [--precision fp32|bf16|auto] [--freeze-epochs 1] [--body-lr LR/100] [--weight-decay 0.01]
      [--blur stem|all] [--metadata] [--deterministic] [--threads T]
      [--weights FILE] [--download] [--max-restarts 3] [--allow-leakage "REASON"] [--name NAME]`

export const TRAIN_OPTIONS = {
  name: text, split: text, 'split-seed': text, ratios: text, policy: text, model: text, head: text, preset: text, epochs: text, batch: text, workers: text,
  device: text, size: text, lr: text, seed: text, init: text, augment: text, 'max-restarts': text, 'allow-leakage': text, patience: text, 'clip-norm': text,
  'label-smoothing': text, 'pos-weight': text, accumulate: text, precision: text, 'freeze-epochs': text, 'body-lr': text, 'weight-decay': text, blur: text, threads: text, metadata: { type: 'boolean' }, deterministic: { type: 'boolean' }, weights: text,
  download: { type: 'boolean' },
} as const

export type TrainValues = { readonly [option in keyof typeof TRAIN_OPTIONS]?: ((typeof TRAIN_OPTIONS)[option]['type'] extends 'boolean' ? boolean : string) | undefined }

/** Fetches the ImageNet weights that a run asks for, when the user has said so with --download. */
export async function startWeights({ init, model }: RunRequest, { download }: TrainValues, context: Context): Promise<void> {
  if (download && (init === undefined || init === 'imagenet')) await fetchWeights(context, model)
}

/** The request with its labels read as the user says, or as is usual for the data set. @throws FILE_NOT_FOUND, BAD_POLICY, NOT_FOUND */
export async function withPolicy(request: RunRequest, { policy }: TrainValues, context: Context): Promise<RunRequest> {
  return { ...request, policy: await policyFor(request.dataset, policy, context) }
}

/** The request that an argument and its options make; --weights FILE is another word for --init FILE. @throws USAGE */
export function trainRequest(dataset: string, values: TrainValues): RunRequest {
  const given = (names: Record<string, string>, convert: (option: string, value: string) => unknown): [string, unknown][] =>
    Object.entries(names).flatMap(([option, field]) => {
      const value = values[option as keyof typeof values] as string | undefined
      return value === undefined ? [] : [[field, convert(option, value)] as [string, unknown]]
    })
  const request = { dataset, ...Object.fromEntries([...given(NUMBERS, numberOf), ...given(WORDS, (_option, value) => value), ...given({ weights: 'init' }, (_option, value) => value)]), ...(values.ratios !== undefined && { ratios: ratiosOf(values.ratios) }), ...(values.metadata && { metadata: true }), ...(values.deterministic && { deterministic: true }) }
  const parsed = runInput.safeParse(request)
  if (parsed.success) return parsed.data
  const { path, message } = parsed.error.issues[0]!
  throw usageError(`${optionOf(String(path[0]))}: ${message}`)
}

export const train = command({
  name: 'train',
  summary: 'Train a model on a data set',
  usage: `${TRAIN_USAGE}
      [--bind ADDRESS] [--join-timeout 300]`,
  details: `${POLICY_HELP}\n\n${TUNING_HELP}\n\n${CLUSTER_HELP}`,
  arguments: [1, 1],
  options: { ...TRAIN_OPTIONS, ...CLUSTER_OPTIONS },
  async run([dataset = ''], values, context) {
    const asked = trainRequest(dataset, values)
    const cluster = clusterOf(values)
    if (cluster && cluster.index > 0) return takePart(context, cluster, values.policy === undefined ? { ...asked, policy: undefined } : await withPolicy(asked, values, context))
    const request = await withPolicy(asked, values, context)
    await startWeights(request, values, context)
    return followRun(context, () => context.services().training.start({ ...request, cluster }))
  },
})

function optionOf(field: string): string {
  const found = Object.entries({ ...NUMBERS, ...WORDS }).find(([, name]) => name === field)
  return found ? `--${found[0]}` : field
}

export const resume = command({
  name: 'resume',
  summary: 'Go on with a run that did not finish, from its last checkpoint',
  usage: 'RUN [--workers W]',
  details: '--workers: go on with another number of processes. A step has as many images as before, so that W must divide them;\nwhere fewer processes share a step, each takes several batches of it.',
  arguments: [1, 1],
  options: { workers: text },
  run([run = ''], { workers }, context) {
    const count = workers === undefined ? undefined : numberOf('workers', workers, { min: 1, max: 64, integer: true })
    return followRun(context, () => context.services().training.resume(run, count))
  },
})

export const stop = command({
  name: 'stop',
  summary: 'Stop a run after the step in hand, whichever program it runs in',
  usage: 'RUN',
  arguments: [1, 1],
  options: {},
  async run([id = ''], _values, context) {
    const run = await context.services().training.stop(id)
    if (run.state === 'failed') throw new CodedError('RUN_FAILED', `The run failed: ${run.reason?.message ?? ''}`)
    return { json: run, text: `Run ${run.id} is ${run.state} at step ${run.step}` }
  },
})
