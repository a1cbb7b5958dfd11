import { MODULE } from './module.ts'

/** What of WebAssembly is needed here: its types come with the page's library alone. */
interface WebAssemblyApi {
  Module: new (bytes: Uint8Array) => object
  Instance: new (module: object) => { exports: unknown }
  RuntimeError: new () => Error
}

/** Exports of stream.c; addresses and lengths in bytes. */
interface Decoder {
  memory: { readonly buffer: ArrayBuffer }
  room(length: number, limit: number): number
  decode(stream: number, length: number): number
}

export interface Picture {
  columns: number
  rows: number
  components: number
  /** Little-endian samples, interleaved, of one byte up to 8 bits and of two up to 16. */
  bytes: Uint8Array
  bytesPerSample: 1 | 2
}

const MEBI = 2 ** 20
/** Of a sample: its coefficient, the picture of its level, the half as large ones below, and itself. */
const BYTES_OF_SAMPLE = 16
/** A worker should not hold on to more than a film of ten million pixels takes. */
const LARGEST_KEPT = 192 * MEBI

const { Module, Instance, RuntimeError } = (globalThis as unknown as { WebAssembly: WebAssemblyApi }).WebAssembly
let module: object | undefined
let decoder: Decoder | undefined

/**
 * Decodes a codestream of JPEG 2000 part 1 (ITU-T T.800), up to 16 bits and three components of one size. Lossless streams to the bit.
 * @param samples of the whole picture, as its header says
 * @returns null for what is broken, cut off, or of a kind that is rare in films (regions of interest, changes of progression, packed headers, block styles):
 * another decoder shall say what that is
 */
export function decodeCodestream(stream: Uint8Array, samples: number): Picture | null {
  try {
    const limit = Math.min(64 * MEBI + 2 * stream.length + BYTES_OF_SAMPLE * samples, 2048 * MEBI)
    decoder ??= new Instance((module ??= new Module(Buffer.from(MODULE, 'base64')))).exports as Decoder
    const at = decoder.room(stream.length, limit)
    new Uint8Array(decoder.memory.buffer).set(stream, at)
    const picture = pictureAt(decoder.decode(at, stream.length), decoder.memory.buffer)
    if (decoder.memory.buffer.byteLength > LARGEST_KEPT) decoder = undefined
    return picture
  } catch (error) {
    // Its stack pointer is lost with the call.
    decoder = undefined
    if (error instanceof RuntimeError) return null
    throw error
  }
}

function pictureAt(address: number, memory: ArrayBuffer): Picture {
  const [columns, rows, components, bits, samples] = new Uint32Array(memory, address, 5) as unknown as [number, number, number, number, number]
  const bytesPerSample = bits > 8 ? 2 : 1
  return { columns, rows, components, bytesPerSample, bytes: new Uint8Array(memory, samples, columns * rows * components * bytesPerSample).slice() }
}
