import loadJpegLs from '@cornerstonejs/codec-charls/decodewasmjs'
import loadJpeg from '@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs'
import loadJpeg2000 from '@cornerstonejs/codec-openjpeg/decodewasmjs'
import loadHtj2k from '@cornerstonejs/codec-openjph/wasmjs'
import { Decoder as JpegLosslessDecoder } from 'jpeg-lossless-decoder-js'
import { codestreamHeader } from './jpeg-2000.ts'
import { decodeCodestream } from './jpeg-2000/decode.ts'
import { decodeSequential } from './jpeg-sequential.ts'
import { JPEG_LS, jpegFrameHeader, saysColour } from './jpeg-stream.ts'
import { decodeRle } from './rle.ts'
import type { Coding } from './transfer-syntax.ts'

export interface FrameShape {
  rows: number
  columns: number
  samples: number
  /** 1, 2 or 4. */
  bytesPerSample: number
  photometric: string
}

export interface RawFrame {
  /** Little-endian samples of `bytesPerSample` each. */
  bytes: Uint8Array
  bytesPerSample: number
  planar: boolean
  /** The decoder has already turned YBR into RGB. */
  rgb: boolean
}

/** openjpeg reports to standard output, which belongs to the command line's JSON. Each module gets a copy, for it puts its own functions there: two `getVersion` in one object are an error. */
const SILENT = { print: () => {}, printErr: () => {} }

/** The wasm modules load once per process, on first need. */
const once = <T>(load: () => Promise<T>) => {
  let loaded: Promise<T> | undefined
  return () => (loaded ??= load())
}
const jpeg = once(() => loadJpeg({ ...SILENT }))
const jpegLs = once(() => loadJpegLs({ ...SILENT }))
const jpeg2000 = once(() => loadJpeg2000({ ...SILENT }))
const htj2k = once(() => loadHtj2k({ ...SILENT }))

/**
 * Decodes one encapsulated frame.
 * @param declared by the transfer syntax; of JPEG's family the stream itself knows better
 * @throws anything: the decoders throw errors, strings and wasm pointers; the caller names the file
 */
export async function decodeEncapsulated(declared: Coding, data: Uint8Array, shape: FrameShape): Promise<RawFrame> {
  const coding = codingOf(declared, data)
  switch (coding) {
    case 'rle': {
      const bytes = decodeRle(data, shape.rows * shape.columns, shape.samples, shape.bytesPerSample)
      return { bytes, bytesPerSample: shape.bytesPerSample, planar: true, rgb: false }
    }
    case 'jpeg-lossless':
      return decodeJpegLossless(data, shape)
    case 'jpeg':
      return decodeJpeg(data, shape)
    case 'jpeg-2000':
    case 'htj2k':
      return decodeJpeg2000(coding, data, shape)
    case 'jpeg-ls': {
      checkJpeg(data, shape)
      const { JpegLSDecoder } = await jpegLs()
      const decoder = new JpegLSDecoder()
      let planar = false
      const raw = decodeWasm(decoder, checkEnd(data), shape, () => (planar = decoder.getInterleaveMode() === 0))
      return { ...raw, planar, rgb: false }
    }
  }
}

function codingOf(declared: Coding, data: Uint8Array): Exclude<Coding, 'native'> {
  if (data[0] === 0xff && data[1] === 0xd8) {
    const { marker } = jpegFrameHeader(data)
    return marker === JPEG_LS ? 'jpeg-ls' : marker === 0xffc3 ? 'jpeg-lossless' : 'jpeg'
  }
  if (declared !== 'native') return declared
  if (data[0] === 0xff && data[1] === 0x4f) return 'jpeg-2000'
  throw new RangeError('the transfer syntax is an uncompressed one, the data are not')
}

async function decodeJpeg(data: Uint8Array, shape: FrameShape): Promise<RawFrame> {
  const { precision, components, marker } = checkJpeg(checkEnd(data), shape)
  const halved = components.some(({ across, down }) => across !== components[0]!.across || down !== components[0]!.down)
  if (precision > 8 || (halved && marker <= 0xffc1)) {
    const samples = decodeSequential(data)
    const bytes = precision > 8 ? new Uint8Array(samples.buffer) : Uint8Array.from(samples)
    return { bytes, bytesPerSample: precision > 8 ? 2 : 1, planar: false, rgb: saysColour(data) === 'RGB' }
  }
  const { JPEGDecoder } = await jpeg()
  const stream = shape.photometric === 'RGB' && !saysColour(data) ? markedRgb(data) : data
  return { ...decodeWasm(new JPEGDecoder(), stream, shape), planar: false, rgb: shape.samples === 3 }
}

/** A stream without JFIF or Adobe marker is taken for YCbCr by JPEG decoders; where DICOM says RGB, an Adobe marker without transform says so too. */
function markedRgb(data: Uint8Array): Uint8Array {
  const adobe = Uint8Array.of(0xff, 0xd8, 0xff, 0xee, 0, 14, 0x41, 0x64, 0x6f, 0x62, 0x65, 0, 100, 0, 0, 0, 0, 0)
  const marked = new Uint8Array(adobe.length + data.length - 2)
  marked.set(adobe)
  marked.set(data.subarray(2), adobe.length)
  return marked
}

async function decodeJpeg2000(coding: 'jpeg-2000' | 'htj2k', data: Uint8Array, shape: FrameShape): Promise<RawFrame> {
  const { rows, columns, components, transformed } = codestreamHeader(data)
  checkShape(shape, rows, columns, components)
  // Half again as fast as openjpeg on what films are made of; all else, and whatever is wrong with a stream, is openjpeg's.
  const own = coding === 'jpeg-2000' && data[0] === 0xff ? decodeCodestream(data, rows * columns * components) : null
  if (own) return { bytes: own.bytes, bytesPerSample: own.bytesPerSample, planar: false, rgb: transformed }
  const decoder = coding === 'htj2k' ? new (await htj2k()).HTJ2KDecoder() : new (await jpeg2000()).J2KDecoder()
  // Without its own transform the stream holds what the attributes say, YBR perhaps.
  return { ...decodeWasm(decoder, data, shape), planar: false, rgb: transformed }
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
  const { precision } = checkJpeg(checkEnd(data), shape)
  const copy = Uint8Array.from(data)
  const samples = new JpegLosslessDecoder().decode(copy.buffer, 0, copy.length, precision > 8 ? 2 : 1)
  const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength)
  return { bytes, bytesPerSample: precision > 8 ? 2 : 1, planar: false, rgb: false }
}

/** Before a decoder takes memory for what a broken header claims. */
function checkJpeg(data: Uint8Array, shape: FrameShape): ReturnType<typeof jpegFrameHeader> {
  const header = jpegFrameHeader(data)
  checkShape(shape, header.height, header.width, header.components.length)
  return header
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
