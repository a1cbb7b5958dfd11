/** Opens libtensorflow in this process and puts it behind TensorFlow.js. */
import { availableParallelism } from 'node:os'
import * as tf from '@tensorflow/tfjs'
import { CodedError } from '#shared/errors.ts'
import { type Device, loadAddon, type NativeContext } from './addon.ts'
import { type Bf16By, Binding } from './binding.ts'
import { Collectives } from './collectives.ts'
import { type ConfigOptions, encodeConfig, encodeServerDef } from './config.ts'
import { replaceGather, takesOwnOps } from './kernels.ts'
import { locateLibtensorflow } from './locate.ts'
import { BACKEND, registerBackend } from './tfjs.ts'

export interface RuntimeOptions extends Partial<ConfigOptions> {
  /** File or folder of libtensorflow; default: `locateLibtensorflow()`. */
  library?: string
  /** A rank that does not join a reduction within it fails the step. Default 120. */
  collectiveTimeoutSeconds?: number
  /** IP address at which this rank's server listens. It has no authentication: default loopback. */
  listen?: string
  /** Default: casts on CUDA and with TensorFlow 2.9, grappler's rewriter on CPUs. */
  bf16By?: Bf16By
}

export interface RuntimeDescription {
  /** Version of TensorFlow. */
  version: string
  library: string
  devices: Device[]
}

/** Ops of ours that take bf16 as they take float32; TensorFlow's mixed precision reads the list from the environment. */
const BF16_OPS = ['XcMoments', 'XcNorm', 'XcNormGrad', 'XcNormGradAdd', 'XcBlur', 'XcBlurGrad']

const OPEN_PORT = "On this system TensorFlow's server listens at every address of the machine, without authentication: close its ports to other machines.\n"

let current: Runtime | undefined

/**
 * Opens the runtime and makes it the backend of TensorFlow.js. One at a time a process.
 * @throws CodedError RUNTIME_MISSING, RUNTIME_INVALID (not a TensorFlow library), RUNTIME_OPEN, GPU_MISSING, ADDON_MISSING,
 *   COLLECTIVE_PORT (this rank's port is taken)
 */
export async function openRuntime(options: RuntimeOptions = {}): Promise<Runtime> {
  if (current) throw new CodedError('RUNTIME_OPEN', 'A TensorFlow runtime is already open in this process.', { remedy: 'Close it first.' })
  const device = options.device ?? 'cpu'
  // The variable is for comparisons.
  const config = { ...options, device, spin: options.spin ?? !process.env.XCLASSIFIER_NO_SPIN }
  const { path } = locateLibtensorflow({ setting: options.library, prefer: device === 'cpu' ? 'cpu' : 'gpu' })
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2' // errors only, on stderr
  const addon = loadAddon()
  let version: string
  try {
    version = addon.openLibrary(path)
  } catch (cause) {
    throw new CodedError('RUNTIME_INVALID', `${path} does not serve: ${(cause as Error).message}.`, { file: path, remedy: 'Run `npm run setup` again.', cause })
  }
  const bf16By = options.bf16By ?? (device === 'cpu' && takesOwnOps(version) ? 'rewriter' : 'casts')
  const configProto = encodeConfig(config)
  const configs = new Map([[undefined, configProto], ...[true, false].map((bf16) => [bf16, encodeConfig({ ...config, bf16: bf16 && bf16By === 'rewriter' })] as const)])
  // The variable is for comparisons.
  const hasNormKernels = device === 'cpu' && !process.env.XCLASSIFIER_STOCK_KERNELS && takesOwnOps(version) && addon.registerKernels(config.threads?.intra ?? availableParallelism())
  if (hasNormKernels) process.env.TF_AUTO_MIXED_PRECISION_GRAPH_REWRITE_ALLOWLIST_ADD = BF16_OPS.join()
  if (config.cluster && !addon.listenAt(options.listen ?? '127.0.0.1')) process.stderr.write(OPEN_PORT)
  const context = new addon.Context(configProto)
  try {
    const runtime = new Runtime(context, config, { version, path })
    await registerBackend(new Binding({ addon, context, version, config: (bf16) => configs.get(bf16)!, isGpu: runtime.isGpu, hasNormKernels, bf16By, device: () => runtime.device.name }))
    replaceGather(BACKEND)
    return (current = runtime)
  } catch (error) {
    context.close()
    throw error
  }
}

export class Runtime {
  readonly version: string
  readonly library: string
  readonly isGpu: boolean
  readonly collectives: Collectives
  readonly #context: NativeContext
  readonly #options: ConfigOptions
  #device: Device

  constructor(context: NativeContext, options: ConfigOptions & Pick<RuntimeOptions, 'collectiveTimeoutSeconds'>, { version, path }: { version: string; path: string }) {
    this.version = version
    this.library = path
    this.isGpu = options.device !== 'cpu'
    this.#context = context
    this.#options = options
    if (options.cluster) this.rearm()
    this.#device = this.#pickDevice()
    this.collectives = new Collectives({
      worldSize: this.worldSize,
      rank: this.rank,
      hint: this.isGpu ? 'nccl' : 'ring',
      timeoutSeconds: options.collectiveTimeoutSeconds,
    })
  }

  /** Where ops run. */
  get device(): Device {
    return this.#device
  }

  /** Ranks that reduce together; 1 without a cluster. */
  get worldSize(): number {
    return this.#options.cluster?.tasks.length ?? 1
  }

  get rank(): number {
    return this.#options.cluster?.index ?? 0
  }

  describe(): RuntimeDescription {
    return { version: this.version, library: this.library, devices: this.#context.devices() }
  }

  /** What is alive natively, captures of compiled steps included. */
  memory(): { tensors: number; bytes: number } {
    return this.#context.memory()
  }

  /**
   * Starts this rank's collective server, or, after a peer died and was restarted, clears the failure so that the
   * collectives of compiled steps work again. Takes a millisecond and does not wait for peers.
   */
  rearm(): void {
    const { cluster } = this.#options
    if (!cluster) return
    try {
      this.#context.enableCollectives(encodeServerDef(cluster, encodeConfig(this.#options)))
    } catch (cause) {
      throw new CodedError('COLLECTIVE_PORT', `Rank ${cluster.index} could not serve at ${cluster.tasks[cluster.index]}: ${(cause as Error).message}`, { cause })
    }
    this.#device = this.#pickDevice()
  }

  /**
   * Fails the step in flight with COLLECTIVE_UNAVAILABLE, and all later ones until `rearm`: for who knows that a peer is
   * gone before TensorFlow does. On its own it notices at once only if it was exchanging data with that peer, and else
   * when the time-out ends.
   */
  abortCollectives(reason: string): void {
    this.#context.abortCollectives(reason)
  }

  /** Detaches from TensorFlow.js and frees the context; every tensor and compiled step is gone. */
  close(): void {
    if (current === this) current = undefined
    tf.removeBackend(BACKEND)
    this.#context.close()
  }

  #pickDevice(): Device {
    const type = this.isGpu ? 'GPU' : 'CPU'
    const rank = `/task:${this.rank}/`
    const device = this.#context.devices().find((d) => d.type === type && d.name.includes(rank))
    if (!device) {
      throw new CodedError('GPU_MISSING', `TensorFlow sees no ${type} ${JSON.stringify(this.#options.device)}.`, {
        remedy: 'Install the CUDA runtime and a driver that fits it, or train on the CPU.',
      })
    }
    this.#context.setDevice(this.isGpu ? device.name : '', !this.isGpu)
    return device
  }
}
