/** The native addon (`native/`): its face, and where it is loaded from. */
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { CodedError } from '#shared/errors.ts'

/** What TensorFlow says about one output. */
export interface OutputMetadata {
  id: number
  shape: number[]
  /** TF_DataType. */
  dtype: number
}

export interface Device {
  /** `/job:localhost/replica:0/task:0/device:CPU:0` */
  name: string
  type: string
  /** Bytes; on CPU a fixed figure without meaning. */
  memory: number
}

export type AttrJs = boolean | number | string | Uint8Array | readonly AttrJs[]

/** `type` is TF_AttrType; an array is a list of that type, save for a single shape. */
export interface NativeAttribute {
  name: string
  type: number
  value: AttrJs
}

/** A tensor id, or the ids of a list argument. */
export type NativeInput = number | number[]

export type TensorValues = NodeJS.TypedArray | Uint8Array[]

/** [node, output] of a graph. */
export type GraphOutput = [node: number, output: number]

/** Eager context. Calls throw `Error & {status}`, the number being TensorFlow's status code. */
export interface NativeContext {
  devices(): Device[]
  setDevice(name: string, isHost: boolean): void
  enableCollectives(serverDef: Uint8Array): void
  abortCollectives(reason: string): void
  createTensor(shape: readonly number[], dtype: number, values: TensorValues): number
  /** Another id of the same tensor, which lives until both are deleted. */
  shareTensor(id: number): number
  deleteTensor(id: number): void
  tensorInfo(id: number): { shape: number[]; dtype: number }
  tensorData(id: number): TensorValues
  execute(op: string, attributes: NativeAttribute[], inputs: NativeInput[], outputs: number): OutputMetadata[]
  executeAsync(op: string, attributes: NativeAttribute[], inputs: NativeInput[], outputs: number): Promise<OutputMetadata[]>
  removeFunction(name: string): void
  memory(): { tensors: number; bytes: number }
  close(): void
}

export interface GraphNode {
  node: number
  /** The shape is null where inference cannot tell it in full. */
  outputs: { dtype: number; shape: number[] | null }[]
}

export interface NativeGraph {
  opDef(op: string): Uint8Array
  addNode(
    op: string,
    name: string,
    attributes: NativeAttribute[],
    inputs: (GraphOutput | GraphOutput[])[],
    controls: number[],
    device: string,
  ): GraphNode
  addConstant(name: string, tensorId: number): GraphNode
  setShape(output: GraphOutput, shape: readonly number[]): void
  finish(functionName: string, inputs: GraphOutput[], outputs: GraphOutput[], controls: number[]): void
}

export interface NativeAddon {
  /** Opens libtensorflow for the life of this process; returns its version. */
  openLibrary(path: string): string
  /** Adds our own ops to the library, each to use that many threads; false where there can be none. */
  registerKernels(threads: number): boolean
  /** TensorFlow's server will listen at that address alone, instead of at all of the machine; false where that cannot be. */
  listenAt(address: string): boolean
  /** Gives memory that was freed back to the machine, where glibc would keep it. */
  trimMemory(): void
  Context: new (config: Uint8Array) => NativeContext
  Graph: new (context: NativeContext) => NativeGraph
}

const FOLDER = join('src-main', 'engine', 'runtime', 'native')

/** The sources and the bundle lie at different depths below the folder that holds `src-main`. */
function nativeFolder(): string {
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    const candidate = join(folder, FOLDER)
    if (existsSync(candidate)) return candidate
    if (dirname(folder) === folder) throw new CodedError('ADDON_MISSING', `${FOLDER} was not found beside the program.`)
  }
}

/** @throws CodedError ADDON_MISSING when there is neither a prebuild for this platform nor a local build. */
export function loadAddon(): NativeAddon {
  const require = createRequire(import.meta.url)
  const load = require('node-gyp-build') as (folder: string) => NativeAddon
  const folder = nativeFolder()
  try {
    return load(folder)
  } catch (cause) {
    throw new CodedError('ADDON_MISSING', `The native addon does not load on ${process.platform}-${process.arch}: ${String(cause)}`, {
      file: folder,
      remedy: 'Run `npx node-gyp rebuild` in that folder.',
      cause,
    })
  }
}
