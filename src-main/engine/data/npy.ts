import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, readFile, rename, rm, type FileHandle } from 'node:fs/promises'
import { CodedError } from '#shared/errors.ts'
import { writeWhole } from '#main/files/whole.ts'

/**
 * The `.npy` format, version 1.0 (numpy/lib/format.py): magic, header length, a Python dict padded to 64 bytes, then the array in C order.
 * A pack of films is one such file, uint8 or uint16 [images, size, size] grey or [images, size, size, 3] RGB; numpy and PyTorch open it as well.
 */
const TYPES = {
  uint8: { descr: '|u1', array: Uint8Array },
  uint16: { descr: '<u2', array: Uint16Array },
  int32: { descr: '<i4', array: Int32Array },
  float32: { descr: '<f4', array: Float32Array },
} as const

export type NpyType = keyof typeof TYPES
export type NpyArray = Uint8Array | Uint16Array | Int32Array | Float32Array

export interface NpyHeader {
  dtype: NpyType
  shape: number[]
  /** Byte offset of the array. */
  offset: number
}

const MAGIC = Buffer.from('\x93NUMPY\x01\x00', 'latin1')
/** Room for any count of images, so that the header can be written again when the count is known. */
export const HEADER_BYTES = 128

/** `HEADER_BYTES` bytes to stand before an array of this type and shape. */
export function encodeHeader(dtype: NpyType, shape: readonly number[]): Buffer {
  const tuple = shape.length === 1 ? `${shape[0]},` : shape.join(', ')
  const dict = `{'descr': '${TYPES[dtype].descr}', 'fortran_order': False, 'shape': (${tuple}), }`
  const header = Buffer.alloc(HEADER_BYTES, ' ')
  MAGIC.copy(header)
  header.writeUInt16LE(HEADER_BYTES - 10, 8)
  header.write(dict, 10, 'latin1')
  header[HEADER_BYTES - 1] = 0x0a
  return header
}

function decodeHeader(bytes: Buffer, file: string): NpyHeader {
  const refuse = (why: string): never => {
    throw new CodedError('NPY_FORMAT', `${file} is not a .npy file we can read: ${why}.`, { file })
  }
  if (bytes.length < 10 || !bytes.subarray(0, 6).equals(MAGIC.subarray(0, 6))) refuse('it does not begin with the NUMPY magic')
  const long = bytes[6]! >= 2
  const start = long ? 12 : 10
  const length = long ? bytes.readUInt32LE(8) : bytes.readUInt16LE(8)
  const dict = bytes.toString('latin1', start, start + length)
  const descr = /'descr':\s*'([^']+)'/.exec(dict)?.[1]
  const dtype = (Object.keys(TYPES) as NpyType[]).find((name) => TYPES[name].descr === descr) ?? refuse(`its type is ${descr ?? 'missing'}`)
  if (!/'fortran_order':\s*False/.test(dict)) refuse('it is in Fortran order')
  const shape = /'shape':\s*\(([^)]*)\)/.exec(dict)?.[1] ?? refuse('it has no shape')
  return { dtype, shape: shape.split(',').map((side) => side.trim()).filter(Boolean).map(Number), offset: start + length }
}

const product = (sides: readonly number[]): number => sides.reduce((a, b) => a * b, 1)

/** Reads rows of a pack by position: memory is that of the rows asked for, however long the file. */
export class NpyReader implements AsyncDisposable {
  readonly header: NpyHeader
  readonly #file: FileHandle
  readonly #rowBytes: number

  private constructor(file: FileHandle, header: NpyHeader) {
    this.#file = file
    this.header = header
    this.#rowBytes = product(header.shape.slice(1)) * TYPES[header.dtype].array.BYTES_PER_ELEMENT
  }

  /** @throws CodedError NPY_FORMAT when the file is no .npy file, or is shorter than its header says */
  static async open(path: string): Promise<NpyReader> {
    const file = await open(path)
    try {
      const start = Buffer.alloc(4096)
      const { bytesRead } = await file.read(start, 0, start.length, 0)
      const header = decodeHeader(start.subarray(0, bytesRead), path)
      const reader = new NpyReader(file, header)
      const expected = header.offset + (header.shape[0] ?? 1) * reader.#rowBytes
      const { size } = await file.stat()
      if (size < expected) throw new CodedError('NPY_FORMAT', `${path} is cut off: ${size} bytes of ${expected}.`, { file: path })
      return reader
    } catch (error) {
      await file.close()
      throw error
    }
  }

  /** @returns the rows in the order asked for, [rows.length, ...shape.slice(1)] */
  async rows(rows: ArrayLike<number>): Promise<NpyArray> {
    const bytes = new Uint8Array(rows.length * this.#rowBytes)
    for (let i = 0; i < rows.length; i++) {
      await this.#file.read(bytes, i * this.#rowBytes, this.#rowBytes, this.header.offset + rows[i]! * this.#rowBytes)
    }
    return new TYPES[this.header.dtype].array(bytes.buffer)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close()
  }
}

/** Writes a pack row by row; nothing stands at `path` until `close`, which may be called after fewer rows than were planned. */
export class NpyWriter {
  readonly #path: string
  readonly #file: FileHandle
  readonly #dtype: NpyType
  readonly #rowShape: readonly number[]
  #rows = 0

  private constructor(path: string, file: FileHandle, dtype: NpyType, rowShape: readonly number[]) {
    this.#path = path
    this.#file = file
    this.#dtype = dtype
    this.#rowShape = rowShape
  }

  static async create(path: string, dtype: NpyType, rowShape: readonly number[]): Promise<NpyWriter> {
    const file = await open(`${path}.tmp`, 'w')
    await file.write(encodeHeader(dtype, [0, ...rowShape]))
    return new NpyWriter(path, file, dtype, rowShape)
  }

  /** @returns position of the row */
  async append(row: NpyArray): Promise<number> {
    if (row.length !== product(this.#rowShape) || !(row instanceof TYPES[this.#dtype].array)) {
      throw new CodedError('NPY_ROW', `A row of ${row.constructor.name} [${row.length}] does not fit ${this.#dtype} [${this.#rowShape.join(', ')}].`)
    }
    await this.#file.write(new Uint8Array(row.buffer, row.byteOffset, row.byteLength))
    return this.#rows++
  }

  async close(): Promise<void> {
    await this.#file.write(encodeHeader(this.#dtype, [this.#rows, ...this.#rowShape]), 0, HEADER_BYTES, 0)
    await this.#file.sync()
    await this.#file.close()
    await rename(`${this.#path}.tmp`, this.#path)
  }

  async abort(): Promise<void> {
    await this.#file.close()
    await rm(`${this.#path}.tmp`, { force: true })
  }
}

export async function writeNpy(path: string, array: NpyArray, shape: readonly number[]): Promise<void> {
  const dtype = (Object.keys(TYPES) as NpyType[]).find((name) => array instanceof TYPES[name].array)!
  await writeWhole(path, encodeHeader(dtype, shape), array)
}

/** A whole small array: labels, split. */
export async function readNpy(path: string): Promise<{ header: NpyHeader; array: NpyArray }> {
  const bytes = await readFile(path)
  const header = decodeHeader(bytes, path)
  const { array: Type } = TYPES[header.dtype]
  const end = header.offset + product(header.shape) * Type.BYTES_PER_ELEMENT
  if (bytes.length < end) throw new CodedError('NPY_FORMAT', `${path} is cut off: ${bytes.length} bytes of ${end}.`, { file: path })
  return { header, array: new Type(new Uint8Array(bytes.subarray(header.offset, end)).buffer) }
}

/** SHA-256 over the given files in order, as hex: what a checkpoint remembers its data by. */
export async function hashFiles(paths: readonly string[]): Promise<string> {
  const hash = createHash('sha256')
  for (const path of paths) for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer)
  return hash.digest('hex')
}
