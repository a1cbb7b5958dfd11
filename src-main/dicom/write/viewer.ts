import { luma } from '../read/colour.ts'
import type { DicomFilm } from '../read/film.ts'
import { hasPrefix } from '../read/parse.ts'
import type { Pixels } from '../read/pixels.ts'
import { greyPicture, openFilm } from '../films.ts'
import type { Film } from '../films.ts'
import { defaultDisplay, eightBits, modalityFunction, withoutPadding } from '../render/grey.ts'
import { isValidWindow, lookUp } from '../render/voi.ts'
import { DEFLATED_LE, ENCAPSULATED_RAW, EXPLICIT_BE, transferSyntax } from '../read/transfer-syntax.ts'
import { writeFilm } from './film.ts'
import type { FilmToWrite } from './film.ts'

/** What the database knows of a film better than its file: names and UIDs for pictures. */
export type Known = Partial<Pick<FilmToWrite, 'studyInstanceUid' | 'seriesInstanceUid' | 'sopInstanceUid' | 'patientId' | 'patientName' | 'sex' | 'age' | 'studyDate' | 'viewPosition'>>

/**
 * A Part 10 file that the viewer (dwv) can show: the original bytes where it can, and else the film rewritten uncompressed, with
 * modality and VOI LUTs applied. PNG and JPEG become secondary captures whose UIDs are derived from their content.
 * @throws CodedError as `openFilm` and `decodeFrame` do
 */
export async function dicomForViewer(film: Film, known: Known = {}): Promise<Uint8Array> {
  if (!film.metadata) return wrapPicture(film, known)
  const asItIs = hasPrefix(film.bytes) && viewerShows(film.metadata) && !(await hasBitsAbove(film, film.metadata))
  return asItIs ? film.bytes : rewrite(film, film.metadata)
}

/** The same for a file. */
export async function transcodeForViewer(path: string, known: Known = {}): Promise<Uint8Array> {
  return dicomForViewer(await openFilm(path), known)
}

/**
 * dwv 0.36 knows neither JPEG-LS, High-Throughput JPEG 2000, JPEG of 12 bits, deflated data sets, LUT sequences, palettes, padding, nor cells of one or
 * over 16 bits, swaps the bytes of big-endian words, and has no whole-range window for films of 8 bits. Of what nobody decodes our own error says more.
 */
function viewerShows(film: DicomFilm): boolean {
  const { coding } = transferSyntax(film.transferSyntaxUid)
  const knowsCoding = coding !== null && coding !== 'jpeg-ls' && coding !== 'htj2k' && (coding !== 'jpeg' || (film.bitsAllocated === 8 && film.samples === 1))
  const knowsFile = knowsCoding && ![DEFLATED_LE, EXPLICIT_BE, ENCAPSULATED_RAW].includes(film.transferSyntaxUid)
  const knowsCells = [8, 16].includes(film.bitsAllocated) && film.highBit === film.bitsStored - 1 && !film.padding && !film.modalityLut
  return knowsFile && knowsCells && (isColour(film) ? film.samples === 3 && film.bitsAllocated === 8 : hasWindow(film) || (film.voiLuts.length === 0 && film.bitsStored > 8))
}

const isColour = ({ samples, photometric }: DicomFilm) => samples === 3 || photometric === 'PALETTE COLOR'

/** Whether cells hold more than the stored bits, such as an old overlay: dwv takes all of a cell for the value. Uncompressed films only. */
async function hasBitsAbove(film: Film, { bitsAllocated, bitsStored, rows, columns }: DicomFilm): Promise<boolean> {
  const { dataSet, transferSyntax: syntax } = film.dicom!
  if (syntax.coding !== 'native' || bitsAllocated !== 16 || bitsStored === 16) return false
  const { pixels } = await film.frame()
  const { dataOffset } = dataSet.elements.x7fe00010!
  const { buffer } = dataSet.byteArray.slice(dataOffset, dataOffset + 2 * rows * columns)
  const cells = pixels instanceof Int16Array ? new Int16Array(buffer) : new Uint16Array(buffer)
  return cells.some((cell, i) => cell !== pixels[i])
}

const hasWindow = (film: DicomFilm) => film.windows.some((window) => isValidWindow(window, film.voiFunction))

async function wrapPicture(film: Film, known: Known): Promise<Uint8Array> {
  const frame = await film.frame()
  const display = defaultDisplay(film.greyscale, frame)
  return writeFilm({
    object: 'SC',
    ...film.uids,
    ...known,
    pixels: frame.pixels as Uint8Array | Uint16Array,
    rows: frame.rows,
    columns: frame.columns,
    lossy: film.kind === 'jpeg',
    windows: display.kind === 'window' ? [display.window] : [],
  })
}

async function rewrite(film: Film, metadata: DicomFilm): Promise<Uint8Array> {
  const { pixels, ...display } = ![8, 16].includes(metadata.bitsAllocated) || isColour(metadata) ? await greyFrames(film) : await storedFrames(film, metadata)
  return writeFilm({ ...metadata, ...film.uids, object: objectOf(metadata), frames: film.frames, pixels, ...display })
}

const objectOf = ({ sopClassUid }: DicomFilm) => (sopClassUid?.startsWith('1.2.840.10008.5.1.4.1.1.1.') ? 'DX' : sopClassUid === '1.2.840.10008.5.1.4.1.1.1' ? 'CR' : 'SC')

type Shown = Pick<FilmToWrite, 'pixels' | 'bitsStored' | 'photometric' | 'rescaleSlope' | 'rescaleIntercept' | 'rescaleType' | 'windows' | 'voiLuts' | 'voiFunction'>

/** Colour and very deep films: as rendered. */
async function greyFrames(film: Film): Promise<Shown> {
  const size = film.width * film.height
  const pixels = new Uint8Array(size * film.frames)
  for (let i = 0; i < film.frames; i++) {
    const frame = await film.frame(i)
    pixels.set(frame.samples === 3 ? luma(eightBits(frame), size) : (await greyPicture(film, i)).pixels, i * size)
  }
  return { pixels, bitsStored: 8, photometric: 'MONOCHROME2', rescaleSlope: 1, rescaleIntercept: 0, windows: [fullWindow(8)], voiLuts: [], voiFunction: 'LINEAR' }
}

/** Stored values kept, but for LUT sequences, which are applied, and padding, which turns into what shows black; windows as the film is first shown. */
async function storedFrames(film: Film, metadata: DicomFilm): Promise<Shown> {
  const lut = hasWindow(metadata) ? undefined : metadata.voiLuts[0]
  const modality = modalityFunction(metadata)
  const bits = lut?.bits ?? metadata.modalityLut?.bits
  const frames: Pixels[] = []
  for (let i = 0; i < film.frames; i++) frames.push(withoutPadding(metadata, (await film.frame(i)).pixels))
  const display = defaultDisplay(metadata, await film.frame())
  const photometric = metadata.photometric === 'MONOCHROME1' ? 'MONOCHROME1' : 'MONOCHROME2'
  if (bits === undefined) {
    const shown = display.kind === 'window' ? { windows: hasWindow(metadata) ? metadata.windows : [display.window], voiFunction: display.function } : {}
    return { pixels: joined(frames), photometric, voiLuts: [], ...shown }
  }
  const applied = frames.map((pixels) => Uint16Array.from(pixels, (stored) => (lut ? lookUp(lut, modality(stored)) : modality(stored))))
  const windows = lut ? [fullWindow(bits)] : metadata.windows
  const voiFunction = lut ? 'LINEAR' : metadata.voiFunction
  return { pixels: joined(applied), bitsStored: bits, photometric, rescaleSlope: 1, rescaleIntercept: 0, windows, voiFunction, voiLuts: [] }
}

const fullWindow = (bits: number) => ({ center: 2 ** (bits - 1), width: 2 ** bits, explanation: null })

/** Signed bytes widen to words, which the writer has a signed form of. */
function joined(frames: Pixels[]): Uint8Array | Uint16Array | Int16Array {
  const first = frames[0]!
  const Cells = first instanceof Int8Array || first instanceof Int16Array ? Int16Array : first instanceof Uint8Array ? Uint8Array : Uint16Array
  const out = new Cells(frames.length * first.length)
  frames.forEach((frame, i) => out.set(frame, i * first.length))
  return out
}
