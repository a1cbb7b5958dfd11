import { open } from 'node:fs/promises'
import { CodedError } from '#shared/errors.ts'
import { writeWhole } from '#main/files/whole.ts'
import { halfToNumber } from './storage.ts'

/**
 * The safetensors format: eight bytes of header length, a JSON header, the bytes of the tensors
 * (huggingface.co/docs/safetensors). Values are little-endian, in C order.
 */
export type SafeTensor =
  | { dtype: 'F32'; shape: number[]; data: Float32Array }
  | { dtype: 'I64'; shape: number[]; data: BigInt64Array }

export interface SafeTensors {
  tensors: Map<string, SafeTensor>
  metadata: Record<string, string>
}

interface HeaderEntry {
  dtype: string
  shape: number[]
  data_offsets: [number, number]
}

const LARGEST_HEADER = 100e6

/**
 * Half precision (F16, BF16) is widened to F32; tensors of other types than these, F32 and I64 are refused.
 * @throws CodedError WEIGHTS_FORMAT naming the file
 */
export async function readSafeTensors(path: string): Promise<SafeTensors> {
  const refuse = (why: string): never => {
    throw new CodedError('WEIGHTS_FORMAT', `${path} is not a safetensors file we can read: ${why}.`, { file: path })
  }
  await using file = await open(path).catch((cause: unknown) => {
    throw new CodedError('WEIGHTS_MISSING', `The weights ${path} could not be opened.`, { file: path, cause })
  })
  const { size } = await file.stat()
  const prefix = new DataView((await file.read(new Uint8Array(8), 0, 8, 0)).buffer.buffer)
  const length = size < 8 ? NaN : Number(prefix.getBigUint64(0, true))
  if (!(length <= Math.min(size - 8, LARGEST_HEADER))) refuse('its header length is wrong')
  const text = new TextDecoder().decode((await file.read(new Uint8Array(length), 0, length, 8)).buffer)
  const header = parse(text) ?? refuse('its header is not JSON')
  const { __metadata__: metadata = {}, ...entries } = header
  const body = new Uint8Array(size - 8 - length)
  await file.read(body, 0, body.length, 8 + length)
  const tensors = new Map<string, SafeTensor>()
  for (const [name, { dtype, shape, data_offsets: [begin, end] }] of Object.entries(entries as Record<string, HeaderEntry>)) {
    const elements = shape.reduce((a, b) => a * b, 1)
    const width = { F32: 4, I64: 8, F16: 2, BF16: 2 }[dtype] ?? refuse(`${name} has type ${dtype}`)
    if (end - begin !== elements * width || begin < 0 || end > body.length) refuse(`${name} lies outside the file`)
    tensors.set(name, decode(dtype, shape, body.slice(begin, end).buffer))
  }
  return { tensors, metadata: metadata as Record<string, string> }
}

function parse(text: string): Record<string, HeaderEntry | Record<string, string>> | undefined {
  try {
    return JSON.parse(text) as Record<string, HeaderEntry>
  } catch {
    return undefined
  }
}

function decode(dtype: string, shape: number[], bytes: ArrayBuffer): SafeTensor {
  if (dtype === 'I64') return { dtype, shape, data: new BigInt64Array(bytes) }
  if (dtype === 'F32') return { dtype, shape, data: new Float32Array(bytes) }
  if (dtype === 'F16') return { dtype: 'F32', shape, data: Float32Array.from(new Uint16Array(bytes), halfToNumber) }
  const widened = Uint32Array.from(new Uint16Array(bytes), (bits) => bits << 16)
  return { dtype: 'F32', shape, data: new Float32Array(widened.buffer) }
}

/** Writes a temporary file of this process's own, syncs it and renames it: at `path` stands the old file or the new one, never half of one. */
export async function writeSafeTensors(path: string, { tensors, metadata }: SafeTensors): Promise<void> {
  let offset = 0
  const header: Record<string, unknown> = { __metadata__: metadata }
  // I64 first, so that every tensor is aligned to its width.
  const sorted = [...tensors].sort(([, a], [, b]) => Number(b.dtype === 'I64') - Number(a.dtype === 'I64'))
  for (const [name, { dtype, shape, data }] of sorted) {
    header[name] = { dtype, shape, data_offsets: [offset, (offset += data.byteLength)] }
  }
  const json = new TextEncoder().encode(JSON.stringify(header))
  const padded = new Uint8Array(Math.ceil(json.length / 8) * 8).fill(0x20)
  padded.set(json)
  const prefix = new DataView(new ArrayBuffer(8))
  prefix.setBigUint64(0, BigInt(padded.length), true)
  const chunks = [prefix, padded, ...sorted.map(([, { data }]) => data)]
  await writeWhole(path, ...chunks)
}
