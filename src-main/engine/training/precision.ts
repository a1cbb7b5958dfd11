/** Which precision the convolutions of a run have. */
import * as tf from '@tensorflow/tfjs'
import type { RunConfig } from '#shared/domain/run.ts'
import { CodedError } from '#shared/errors.ts'
import type { Assignment } from '../cluster/protocol.ts'
import type { Films } from '../data/films.ts'
import type { Architecture } from '../model/architecture.ts'
import { initialise } from '../model/initialise.ts'
import { Collectives } from '../runtime/collectives.ts'
import { bf16Instructions } from '../runtime/cpu.ts'
import { gpuHasBf16 } from '../runtime/gpu.ts'
import type { Runtime } from '../runtime/runtime.ts'
import { controlsOf } from './adamw.ts'
import { Parameters } from './parameters.ts'
import { compileTrainStep, KEYS, seedOf } from './step.ts'

/** bfloat16 has 8 bits of precision: losses of one batch that differ by more than this share are not rounding. */
const LOSS_TOLERANCE = 0.02

export interface PrecisionSetting {
  config: RunConfig
  net: Architecture
  films: Films
  runtime: Runtime
  /** Of this rank. */
  device: Assignment['device']
  /** What a trial gave when the run began. */
  tried?: boolean | undefined
}

/**
 * Whether the training step runs in bfloat16. `bf16` is taken at its word where the device multiplies it in hardware; `auto` tries one batch in both
 * precisions and takes the faster when its loss is right, once a run: one op that TensorFlow has no fast kernel for makes bfloat16 ten times slower.
 * All ranks get what rank 0 found.
 * @throws CodedError BF16_UNAVAILABLE
 */
export async function usesBf16(setting: PrecisionSetting, hasBf16 = deviceHasBf16): Promise<boolean> {
  const { config, runtime, device } = setting
  const { precision = 'fp32' } = config
  // A trial is by the clock, which does not say the same twice.
  if (precision === 'fp32' || (precision === 'auto' && config.deterministic)) return false
  const available = await hasBf16(device)
  if (precision === 'bf16') {
    if (available) return true
    const why = device === 'cpu' ? 'This processor has neither avx512_bf16 nor amx_bf16' : `GPU ${device.gpu} has no bfloat16: that begins with compute capability 8.0`
    throw new CodedError('BF16_UNAVAILABLE', `${why}.`, { remedy: 'Choose the precision fp32 or auto.' })
  }
  const own = tf.scalar(available && (setting.tried ?? (await isBetter(setting))) ? 1 : 0)
  const [decided] = await runtime.collectives.broadcast([own], KEYS.precision)
  const [value] = (await decided!.data()) as Float32Array
  tf.dispose([own, decided!])
  return value === 1
}

const deviceHasBf16 = async (device: Assignment['device']): Promise<boolean> =>
  device === 'cpu' ? bf16Instructions().length > 0 : gpuHasBf16(device.gpu)

async function isBetter(setting: PrecisionSetting): Promise<boolean> {
  const [full, half] = [await trial(setting, false), await trial(setting, true)]
  return half.seconds < full.seconds && Math.abs(half.loss - full.loss) <= LOSS_TOLERANCE * Math.abs(full.loss)
}

/** Two steps of a network of its own, on this rank alone: the first compiles and gives the loss, the second the time. */
async function trial({ config, net, films }: PrecisionSetting, bf16: boolean): Promise<{ loss: number; seconds: number }> {
  const parameters = new Parameters(net, { network: initialise(net, config.seed) })
  const collectives = new Collectives({ worldSize: 1, rank: 0, hint: 'ring' })
  const step = compileTrainStep({ net, parameters, collectives, white: films.white, stage: 0, frozen: false, augment: config.augment === 'paper', bf16 })
  // Each batch has the size of every other, however few films there are.
  const rows = Int32Array.from({ length: config.batch }, (_, i) => films.train[i % films.train.length]!)
  const { pixels, targets, metadata } = films.upload(await films.batch(rows))
  const controls = tf.tensor1d(controlsOf({ momentum: 0.9, groups: [0, 0, 0] }, 1))
  const [seed, stop] = [tf.tensor1d(seedOf(config.seed, 0, { rank: 0, ranks: 1 }), 'int32'), tf.scalar(0)]
  const once = async (): Promise<number> => {
    const { own, all } = await step(pixels, targets, controls, seed, stop, ...metadata)
    const [loss] = (await own.data()) as Float32Array
    tf.dispose([own, all])
    return loss!
  }
  try {
    const loss = await once()
    const began = performance.now()
    await once()
    return { loss, seconds: (performance.now() - began) / 1000 }
  } finally {
    tf.dispose([pixels, targets, metadata, controls, seed, stop])
    step.dispose()
    parameters.dispose()
  }
}
