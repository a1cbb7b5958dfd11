import * as tf from '@tensorflow/tfjs'
import { LABELS } from '#shared/domain/labels.ts'
import { CodedError } from '#shared/errors.ts'
import type { RunPlan } from '../plan.ts'
import { fromPixels } from '../runtime/ops/upload.ts'
import { hashFiles, NpyReader, readNpy, type NpyHeader } from './npy.ts'
import { PATIENT_FEATURES } from './patient.ts'
import { TRAIN, VALIDATION } from './split.ts'

/** Films of one batch, as read. */
export interface Batch {
  pixels: Uint8Array | Uint16Array
  /** [n, 14] of 0, 1 or IGNORED. */
  targets: Float32Array
  /** [n, 5], of runs that know the patients. */
  metadata?: Float32Array
  size: number
}

/** The films, labels and split of a run. */
export class Films implements AsyncDisposable {
  readonly train: Int32Array
  readonly validation: Int32Array
  /** Greatest value of a pixel: 255 or 65535. */
  readonly white: number
  /** SHA-256 over labels and split, and the patients where the run knows them: a checkpoint belongs to its data. */
  readonly hash: string
  readonly #labels: Uint8Array
  readonly #patients: Float32Array | undefined
  readonly #pack: NpyReader
  readonly #side: number
  readonly #channels: number

  private constructor(pack: NpyReader, labels: Uint8Array, split: Uint8Array, patients: Float32Array | undefined, hash: string) {
    const [, side = 0, , channels = 1] = pack.header.shape
    this.#pack = pack
    this.#labels = labels
    this.#patients = patients
    this.#side = side
    this.#channels = channels
    this.hash = hash
    this.white = pack.header.dtype === 'uint16' ? 65535 : 255
    const rowsOf = (part: number): Int32Array => Int32Array.from(split.keys().filter((row) => split[row] === part))
    this.train = rowsOf(TRAIN)
    this.validation = rowsOf(VALIDATION)
  }

  /** @throws CodedError PACK_MISMATCH when the files do not belong together, SPLIT_EMPTY without training or validation images */
  static async open(plan: RunPlan): Promise<Films> {
    const pack = await NpyReader.open(plan.pack)
    try {
      const [labels, split] = [await readNpy(plan.labels), await readNpy(plan.split)]
      checkPack(plan, pack.header)
      const [images = 0] = pack.header.shape
      checkRows(plan.labels, labels.header, [images, LABELS.length])
      checkRows(plan.split, split.header, [images])
      const patients = plan.metadata === undefined ? undefined : await readNpy(plan.metadata)
      if (patients) checkRows(plan.metadata!, patients.header, [images, PATIENT_FEATURES.length], 'float32')
      const hash = await hashFiles([plan.labels, plan.split, ...(plan.metadata ? [plan.metadata] : [])])
      const films = new Films(pack, labels.array as Uint8Array, split.array as Uint8Array, patients?.array as Float32Array | undefined, hash)
      for (const [rows, name] of [[films.train, 'training'], [films.validation, 'validation']] as const) {
        if (!rows.length) throw new CodedError('SPLIT_EMPTY', `The split has no ${name} images.`, { file: plan.split, remedy: 'Choose a split that leaves some on each side.' })
      }
      return films
    } catch (error) {
      await pack[Symbol.asyncDispose]()
      throw error
    }
  }

  async batch(rows: Int32Array): Promise<Batch> {
    const pixels = (await this.#pack.rows(rows)) as Batch['pixels']
    const metadata = this.#patients && { metadata: gather(this.#patients, PATIENT_FEATURES.length, rows) }
    return { pixels, targets: Float32Array.from(this.targets(rows)), ...metadata, size: rows.length }
  }

  /** [rows, 14] */
  targets(rows: Int32Array): Uint8Array {
    return gather(this.#labels, LABELS.length, rows)
  }

  /** Tensors of a batch, the caller's; `metadata` has one of runs that know the patients, else none. */
  upload({ pixels, targets, metadata, size }: Batch): { pixels: tf.Tensor4D; targets: tf.Tensor2D; metadata: tf.Tensor2D[] } {
    return {
      pixels: fromPixels<tf.Tensor4D>(pixels, [size, this.#side, this.#side, this.#channels]),
      targets: tf.tensor2d(targets, [size, LABELS.length]),
      metadata: metadata ? [tf.tensor2d(metadata, [size, PATIENT_FEATURES.length])] : [],
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pack[Symbol.asyncDispose]()
  }
}

/** Rows of a table of that width, in their order. */
function gather<T extends Uint8Array | Float32Array>(table: T, width: number, rows: Int32Array): T {
  const gathered = new (table.constructor as new (length: number) => T)(rows.length * width)
  rows.forEach((row, i) => gathered.set(table.subarray(row * width, (row + 1) * width), i * width))
  return gathered
}

function checkPack({ pack, config: { size } }: RunPlan, { dtype, shape }: NpyHeader): void {
  const [, height, width, channels = 1] = shape
  if ((dtype === 'uint8' || dtype === 'uint16') && height === size && width === size && (channels === 1 || channels === 3)) return
  throw new CodedError('PACK_MISMATCH', `The pack holds ${dtype} [${shape.join(', ')}], not films of ${size} pixels.`, { file: pack })
}

function checkRows(file: string, { dtype, shape }: NpyHeader, wanted: number[], type: NpyHeader['dtype'] = 'uint8'): void {
  if (dtype === type && shape.join() === wanted.join()) return
  throw new CodedError('PACK_MISMATCH', `${dtype} [${shape.join(', ')}] does not belong to a pack of ${wanted[0]} films.`, { file })
}
