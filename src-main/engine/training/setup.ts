import type { RunConfig } from '#shared/domain/run.ts'
import type { Assignment } from '../cluster/protocol.ts'
import { Films } from '../data/films.ts'
import { stepsPerEpoch, type Sharding } from '../data/sampler.ts'
import { architecture, type Architecture } from '../model/architecture.ts'
import type { RunPlan } from '../plan.ts'
import { openRuntime, type Runtime } from '../runtime/runtime.ts'
import { compileAccumulatingStep } from './accumulation.ts'
import { latestProgress } from './checkpoint.ts'
import { positiveWeights } from './loss.ts'
import { usesBf16 } from './precision.ts'
import type { Parameters } from './parameters.ts'
import { stages, type Stage } from './schedule.ts'
import { compileTrainStep, type RunStep, type StepSetting } from './step.ts'

/** What a rank has in hand before its first step. */
export interface Setup {
  plan: RunPlan
  assignment: Assignment
  runtime: Runtime
  films: Films
  net: Architecture
  stages: Stage[]
  stepsPerEpoch: number
  /** `batch` is that of a step, all its micro-batches. */
  sharding: Sharding
  /** Rank 0 writes files and speaks for all. */
  leads: boolean
  /** Of this process. */
  threads: Assignment['threads']
  /** The training step's convolutions are in bfloat16. */
  bf16: boolean
}

/** TensorFlow looks for it when it starts: kernels whose sums depend on timing are left out (on CUDA) or refused. */
const DETERMINISTIC = { TF_DETERMINISTIC_OPS: '1' }

/**
 * Opens what a rank needs. A deterministic run that goes on keeps its number of threads, on which the order of sums depends, whatever the machine
 * has now.
 */
export async function openSetup(plan: RunPlan, assignment: Assignment): Promise<Setup> {
  const { config, weights } = plan
  const blur = plan.blur ?? config.blur
  const { rank, worldSize, tasks, device, library, listen, collectiveTimeoutSeconds } = assignment
  const before = assignment.resume ? await latestProgress(assignment.folder) : undefined
  const threads = (config.deterministic && before?.threads) || assignment.threads
  if (config.deterministic) Object.assign(process.env, DETERMINISTIC)
  const films = await Films.open(plan)
  const runtime = await openRuntime({
    device,
    collectiveTimeoutSeconds,
    ...(threads && { threads }),
    ...(library && { library }),
    ...(listen && { listen }),
    ...(tasks && worldSize > 1 && { cluster: { tasks, index: rank } }),
  })
  const sharding = { ranks: worldSize, rank, batch: config.batch * (config.accumulate ?? 1) }
  const net = architecture({ model: config.model, head: config.head, ...(blur && { blur }), ...(config.metadata && { metadata: true }) })
  return {
    plan,
    assignment,
    runtime,
    films,
    net,
    stages: stages({ ...config, pretrained: weights !== undefined }),
    stepsPerEpoch: stepsPerEpoch(films.train.length, sharding),
    sharding,
    leads: rank === 0,
    threads,
    bf16: await usesBf16({ config, net, films, runtime, device, tried: before?.bf16 }),
  }
}

/** The compiled step of a stage, as the configuration asks for it. */
export function openStep({ plan: { config }, net, runtime, films, bf16 }: Setup, parameters: Parameters, { stage, frozen }: { stage: number; frozen: boolean }): RunStep {
  const augment = config.augment === 'paper'
  const setting = { net, parameters, collectives: runtime.collectives, white: films.white, stage, frozen, augment, bf16, ...lossSetting(config, films) }
  return config.accumulate ? compileAccumulatingStep(setting, config.accumulate) : compileTrainStep(setting)
}

/** What the configuration says of the loss and of its gradients; the weights of positives are those of the training images. */
export function lossSetting({ labelSmoothing, posWeight, clipNorm, weightDecay }: RunConfig, films: Films): Pick<StepSetting, 'loss' | 'clipNorm' | 'weightDecay'> {
  const weights = posWeight === 'auto' && { positiveWeights: positiveWeights(films.targets(films.train)) }
  return { loss: { ...(labelSmoothing && { smoothing: labelSmoothing }), ...weights }, ...(clipNorm && { clipNorm }), ...(weightDecay !== undefined && { weightDecay }) }
}
