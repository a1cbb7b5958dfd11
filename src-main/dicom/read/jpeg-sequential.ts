import { BitReader, readHuffman } from './jpeg-bits.ts'
import type { HuffmanTable } from './jpeg-bits.ts'
import { frameOf, isStartOfFrame, segments } from './jpeg-stream.ts'
import type { JpegFrame } from './jpeg-stream.ts'

/** One component, decoded block by block into whole units of its sampling. */
interface Plane {
  id: number
  across: number
  down: number
  table: number
  /** Blocks side by side and below each other, those that only fill up interleaved units included. */
  wide: number
  high: number
  /** In sixteenths, so that chroma can be interpolated before it is rounded. */
  samples: Int32Array
}

interface State {
  quantisation: Uint16Array[]
  dc: HuffmanTable[]
  ac: HuffmanTable[]
  /** Units between restart markers; 0 for none. */
  restart: number
}

/**
 * Sequential DCT streams (ITU-T T.81 annex F) of 8 or 12 bits: JPEG Extended, which the usual decoders are not built for, and colour with halved
 * chroma, which they round in their own ways. The inverse transform is done in floating point.
 * @returns interleaved samples in the stream's own colour space
 * @throws RangeError for what is cut off, contradictory, or of another process
 */
export function decodeSequential(data: Uint8Array): Uint16Array {
  const state: State = { quantisation: [], dc: [], ac: [], restart: 0 }
  let frame: JpegFrame | undefined
  let planes: Plane[] = []
  for (let at = 2, scans = 0; ; scans++) {
    const scan = nextScan(data, at)
    for (const { marker, body } of scan.before) {
      if (marker === 0xffdb) readQuantisation(body, state)
      else if (marker === 0xffc4) readHuffman(body, state.dc, state.ac)
      else if (marker === 0xffdd) state.restart = ((body[0] ?? 0) << 8) | (body[1] ?? 0)
      else if (isStartOfFrame(marker) && !frame) planes = planesOf((frame = sequential(frameOf(marker, body))))
    }
    if (!frame || (!scan.header && !scans)) throw new RangeError('the JPEG stream has no scan')
    if (!scan.header || scans > planes.length) return assemble(frame, planes)
    at = decodeScan(frame, planes, state, scan.header, new BitReader(data, scan.end))
  }
}

function nextScan(data: Uint8Array, from: number): { before: { marker: number; body: Uint8Array }[]; header: Uint8Array | null; end: number } {
  const before = []
  // The end marker has no length; what stands behind it is no segment.
  for (const segment of data[from + 1] === 0xd9 ? [] : segments(data, from)) {
    if (segment.marker === 0xffda) return { before, header: segment.body, end: segment.end }
    if (segment.marker === 0xffd9) break
    before.push(segment)
  }
  return { before, header: null, end: data.length }
}

function sequential(frame: JpegFrame): JpegFrame {
  const { marker, precision, components } = frame
  if (marker > 0xffc1 || ![1, 3].includes(components.length)) throw new RangeError(`JPEG process SOF${marker - 0xffc0} with ${components.length} components of ${precision} bits`)
  if (components.some(({ across, down }) => across < 1 || across > 4 || down < 1 || down > 4)) throw new RangeError('a JPEG sampling factor is out of bounds')
  return frame
}

function planesOf({ width, height, components }: JpegFrame): Plane[] {
  const [most, deepest] = [Math.max(...components.map(({ across }) => across)), Math.max(...components.map(({ down }) => down))]
  return components.map((component) => {
    const wide = Math.ceil(width / (8 * most)) * component.across
    const high = Math.ceil(height / (8 * deepest)) * component.down
    return { ...component, wide, high, samples: new Int32Array(64 * wide * high) }
  })
}

function readQuantisation(body: Uint8Array, { quantisation }: State): void {
  for (let at = 0; at < body.length; ) {
    const [wide, id] = [body[at]! >> 4, body[at]! & 15]
    at++
    if (at + 64 * (wide ? 2 : 1) > body.length) throw new RangeError('a JPEG quantisation table is cut off')
    quantisation[id] = Uint16Array.from({ length: 64 }, () => (wide ? (body[at++]! << 8) | body[at++]! : body[at++]!))
  }
}

/** A component in a scan, with its tables. */
interface Coded {
  plane: Plane
  dc: HuffmanTable
  ac: HuffmanTable
  steps: Uint16Array
  before: number
}

/** @returns where the next marker stands */
function decodeScan(frame: JpegFrame, planes: Plane[], state: State, header: Uint8Array, bits: BitReader): number {
  const coded = Array.from({ length: header[0] ?? 0 }, (_, i): Coded => {
    const plane = planes.find(({ id }) => id === header[1 + 2 * i])
    const tables = header[2 + 2 * i] ?? 0
    const [dc, ac, steps] = [state.dc[tables >> 4], state.ac[tables & 15], plane && state.quantisation[plane.table]]
    if (!plane || !dc || !ac || !steps) throw new RangeError('the JPEG scan names what is not there')
    return { plane, dc, ac, steps, before: 0 }
  })
  const middle = 1 << (frame.precision - 1)
  // A component alone is coded block by block as far as it reaches; several in units of their sampling (T.81 A.2).
  const alone = coded.length === 1 ? coded[0]!.plane : null
  const [unitsAcross, unitsDown] = alone ? blocksOf(frame, planes, alone) : [planes[0]!.wide / planes[0]!.across, planes[0]!.high / planes[0]!.down]
  const block = new Float64Array(64)
  for (let unit = 0; unit < unitsAcross * unitsDown; unit++) {
    if (state.restart && unit && unit % state.restart === 0) {
      bits.restart()
      for (const one of coded) one.before = 0
    }
    const [column, row] = [unit % unitsAcross, Math.floor(unit / unitsAcross)]
    for (const one of coded) {
      const { across, down } = alone ? { across: 1, down: 1 } : one.plane
      for (let i = 0; i < across * down; i++) {
        readBlock(bits, one, block)
        place(block, one.plane, column * across + (i % across), row * down + Math.floor(i / across), middle)
      }
    }
  }
  return bits.end()
}

function blocksOf({ width, height }: JpegFrame, planes: Plane[], { across, down }: Plane): [number, number] {
  const [most, deepest] = [Math.max(...planes.map((plane) => plane.across)), Math.max(...planes.map((plane) => plane.down))]
  return [Math.ceil(Math.ceil((width * across) / most) / 8), Math.ceil(Math.ceil((height * down) / deepest) / 8)]
}

/** T.81 figure A.6: zig-zag index -> row-major index. */
const ZIGZAG = [
  0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
  35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
]

/** One block's coefficients, dequantised (T.81 F.2.2), and back to samples about zero. */
function readBlock(bits: BitReader, coded: Coded, block: Float64Array): void {
  const { dc, ac, steps } = coded
  block.fill(0)
  coded.before += bits.signed(bits.symbol(dc) & 15)
  block[0] = coded.before * steps[0]!
  for (let k = 1; k < 64; k++) {
    const symbol = bits.symbol(ac)
    const size = symbol & 15
    if (size === 0 && symbol !== 0xf0) break
    k += symbol >> 4
    if (k > 63) throw new RangeError('a JPEG block has too many coefficients')
    if (size) block[ZIGZAG[k]!] = bits.signed(size) * steps[k]!
  }
  inverse(block)
}

/** `COSINE[8 * x + u]` = C(u)/2 cos((2x + 1) u pi / 16), T.81 A.3.3. */
const COSINE = Float64Array.from({ length: 64 }, (_, i) => ((i % 8 ? 1 : Math.SQRT1_2) / 2) * Math.cos(((2 * (i >> 3) + 1) * (i % 8) * Math.PI) / 16))
const half = new Float64Array(64)

/** Inverse cosine transform in place, rows and then columns. */
function inverse(block: Float64Array): void {
  for (let v = 0; v < 64; v += 8) {
    for (let x = 0; x < 8; x++) {
      let sum = 0
      for (let u = 0; u < 8; u++) sum += COSINE[8 * x + u]! * block[v + u]!
      half[v + x] = sum
    }
  }
  for (let x = 0; x < 8; x++) {
    for (let y = 0; y < 8; y++) {
      let sum = 0
      for (let v = 0; v < 8; v++) sum += COSINE[8 * y + v]! * half[8 * v + x]!
      block[8 * y + x] = sum
    }
  }
}

function place(block: Float64Array, { wide, samples }: Plane, column: number, row: number, middle: number): void {
  for (let y = 0; y < 8; y++) {
    const at = (8 * row + y) * 8 * wide + 8 * column
    for (let x = 0; x < 8; x++) samples[at + x] = Math.round(16 * (block[8 * y + x]! + middle))
  }
}

/** Planes -> interleaved samples. */
function assemble(frame: JpegFrame, planes: Plane[]): Uint16Array {
  const { width, height, precision } = frame
  const top = 2 ** precision - 1
  const lines = planes.map((plane) => new Line(plane, frame))
  const out = new Uint16Array(width * height * planes.length)
  for (let y = 0, at = 0; y < height; y++) {
    for (const line of lines) line.read(y)
    for (let x = 0; x < width; x++) for (const { values } of lines) out[at++] = Math.min(Math.max((values[x]! + 8) >> 4, 0), top)
  }
  return out
}

/**
 * One row of a plane at the size of the picture; a coarser plane is interpolated between the centres of its samples (JFIF 1.02), down and then across,
 * a half rounded up and down in turn as the reference software of T.81 does.
 */
class Line {
  readonly values: Int32Array
  readonly #plane: Plane
  readonly #across: number
  readonly #down: number
  readonly #row: Int32Array
  readonly #bottom: number

  constructor(plane: Plane, { width, height, components }: JpegFrame) {
    this.values = new Int32Array(width)
    this.#plane = plane
    this.#across = plane.across / Math.max(...components.map(({ across }) => across))
    this.#down = plane.down / Math.max(...components.map(({ down }) => down))
    this.#row = new Int32Array(Math.ceil(width * this.#across))
    this.#bottom = Math.ceil(height * this.#down) - 1
  }

  read(y: number): void {
    const { wide, samples } = this.#plane
    const at = Math.max((y + 0.5) * this.#down - 0.5, 0)
    const [above, below] = [8 * wide * Math.floor(at), 8 * wide * Math.min(Math.floor(at) + 1, this.#bottom)]
    const row = this.#row
    for (let x = 0; x < row.length; x++) row[x] = between(samples[above + x]!, samples[below + x]!, at % 1, x % 2)
    for (let x = 0; x < this.values.length; x++) {
      const column = Math.max((x + 0.5) * this.#across - 0.5, 0)
      const left = Math.floor(column)
      this.values[x] = between(row[left]!, row[Math.min(left + 1, row.length - 1)]!, column - left, x % 2)
    }
  }
}

const between = (from: number, to: number, share: number, down: number) => Math.floor(from * (1 - share) + to * share + (down ? 0.25 : 0.5))
