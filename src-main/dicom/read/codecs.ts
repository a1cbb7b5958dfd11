import loadJpegLs from '@cornerstonejs/codec-charls/decodewasmjs'
import loadJpeg from '@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs'
import loadJpeg2000 from '@cornerstonejs/codec-openjpeg/decodewasmjs'
import { Decoder as JpegLosslessDecoder } from 'jpeg-lossless-decoder-js'
import { decodeRle } from './rle.ts'
import type { Coding } from './transfer-syntax.ts'

export interface FrameShape {
  rows: number
  columns: number
  samples: number
  /** 1, 2 or 4. */
  bytesPerSample: number
}

export interface RawFrame {
  /** Little-endian samples of `bytesPerSample` each. */
  bytes: Uint8Array
  bytesPerSample: number
  planar: boolean
  /** The decoder has already turned YBR into RGB. */
  rgb: boolean
}

/** openjpeg reports to standard output, which belongs to the command line's JSON. */
const SILENT = { print: () => {}, printErr: () => {} }

/** The wasm modules load once per process, on first need. */
const once = <T>(load: () => Promise<T>) => {
  let loaded: Promise<T> | undefined
  return () => (loaded ??= load())
}
const jpeg = once(() => loadJpeg(SILENT))
const jpegLs = once(() => loadJpegLs(SILENT))
const jpeg2000 = once(() => loadJpeg2000(SILENT))

/**
 * Decodes one encapsulated frame.
 * @throws anything: the decoders throw errors, strings and wasm pointers; the caller names the file
 */
export async function decodeEncapsulated(coding: Exclude<Coding, 'native'>, data: Uint8Array, shape: FrameShape): Promise<RawFrame> {
  switch (coding) {
    case 'rle': {
      const bytes = decodeRle(data, shape.rows * shape.columns, shape.samples, shape.bytesPerSample)
      return { bytes, bytesPerSample: shape.bytesPerSample, planar: true, rgb: false }
    }
    case 'jpeg-lossless':
      return decodeJpegLossless(data, shape)
    case 'jpeg': {
      const { JPEGDecoder } = await jpeg()
      return { ...decodeWasm(new JPEGDecoder(), checkEnd(data), shape), planar: false, rgb: shape.samples === 3 }
    }
    case 'jpeg-2000': {
      const { J2KDecoder } = await jpeg2000()
      return { ...decodeWasm(new J2KDecoder(), data, shape), planar: false, rgb: shape.samples === 3 }
    }
    case 'jpeg-ls': {
      const { JpegLSDecoder } = await jpegLs()
      const decoder = new JpegLSDecoder()
      let planar = false
      const raw = decodeWasm(decoder, checkEnd(data), shape, () => (planar = decoder.getInterleaveMode() === 0))
      return { ...raw, planar, rgb: false }
    }
  }
}

function decodeWasm(decoder: EmbindDecoder, data: Uint8Array, shape: FrameShape, inspect = () => {}): Pick<RawFrame, 'bytes' | 'bytesPerSample'> {
  try {
    decoder.getEncodedBuffer(data.length).set(data)
    decoder.decode()
    inspect()
    const { width, height, bitsPerSample, componentCount } = decoder.getFrameInfo()
    checkShape(shape, height, width, componentCount)
    const bytesPerSample = bitsPerSample > 8 ? 2 : 1
    // A copy: the decoder's buffer lies in wasm memory and goes with it.
    const bytes = new Uint8Array(decoder.getDecodedBuffer())
    if (bytes.length < width * height * componentCount * bytesPerSample) throw new RangeError('the decoder returned too few samples')
    return { bytes, bytesPerSample }
  } finally {
    decoder.delete()
  }
}

function decodeJpegLossless(data: Uint8Array, shape: FrameShape): RawFrame {
  const { height, width, components, precision } = jpegFrameHeader(checkEnd(data))
  checkShape(shape, height, width, components)
  const copy = Uint8Array.from(data)
  const samples = new JpegLosslessDecoder().decode(copy.buffer, 0, copy.length, precision > 8 ? 2 : 1)
  const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength)
  return { bytes, bytesPerSample: precision > 8 ? 2 : 1, planar: false, rgb: false }
}

function checkShape(shape: FrameShape, rows: number, columns: number, samples: number): void {
  if (rows === shape.rows && columns === shape.columns && samples === shape.samples) return
  throw new RangeError(`the stream holds ${columns}x${rows}x${samples}, the attributes say ${shape.columns}x${shape.rows}x${shape.samples}`)
}

/** The lossless decoder fills what is missing with anything; a JPEG stream that was cut off lacks its end marker (T.81 B.1.1.3). */
function checkEnd(data: Uint8Array): Uint8Array {
  for (let i = data.length - 2; i >= Math.max(0, data.length - 16); i--) {
    if (data[i] === 0xff && data[i + 1] === 0xd9) return data
  }
  throw new RangeError('the JPEG stream has no end marker')
}

/** Start of frame of a JPEG stream (T.81 B.2.2). */
function jpegFrameHeader(data: Uint8Array): { precision: number; height: number; width: number; components: number } {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  for (let at = 2; at + 10 <= data.length; ) {
    const marker = view.getUint16(at)
    // SOF0 to SOF15 but for DHT, JPG and DAC, which stand among them.
    if (marker >= 0xffc0 && marker <= 0xffcf && ![0xffc4, 0xffc8, 0xffcc].includes(marker)) {
      return { precision: data[at + 4]!, height: view.getUint16(at + 5), width: view.getUint16(at + 7), components: data[at + 9]! }
    }
    at += marker === 0xffff ? 1 : 2 + view.getUint16(at + 2)
  }
  throw new RangeError('the JPEG stream has no frame header')
}
