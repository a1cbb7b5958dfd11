import type { Greyscale } from '#shared/display/grey.ts'
import { luma } from '../read/colour.ts'
import type { DicomFilm } from '../read/film.ts'
import { hasPrefix } from '../read/parse.ts'
import type { Pixels } from '../read/pixels.ts'
import { greyPicture, openFilm } from '../films.ts'
import type { Film } from '../films.ts'
import { eightBits } from '../render/grey.ts'
import { DEFLATED_LE, ENCAPSULATED_RAW, EXPLICIT_BE, transferSyntax } from '../read/transfer-syntax.ts'
import { writeFilm } from './film.ts'
import type { FilmToWrite } from './film.ts'

/** What the database knows of a film better than its file: names and UIDs for pictures. */
export type Known = Partial<Pick<FilmToWrite, 'studyInstanceUid' | 'seriesInstanceUid' | 'sopInstanceUid' | 'patientId' | 'patientName' | 'sex' | 'age' | 'studyDate' | 'viewPosition'>>

/**
 * A Part 10 file that dwv can read: the original bytes where it can, and else the film rewritten uncompressed, its stored values kept. Colour and
 * cells of one or over 16 bits become the 8-bit grey that is shown. PNG and JPEG become secondary captures whose UIDs are derived from their content.
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

/** How the cells of `dicomForViewer` are shown; null where they are plain grey, all bits of a cell from black to white or by percentiles. */
export const viewerGreyscale = (film: DicomFilm | null): Greyscale | null => (film && keepsCells(film) ? film : null)

const keepsCells = (film: DicomFilm) => [8, 16].includes(film.bitsAllocated) && !film.floating && !isColour(film)

/**
 * dwv 0.36 knows neither JPEG-LS, High-Throughput JPEG 2000, lossy JPEG to the rounding of our decoder, deflated data sets, palettes, nor cells of one or over 16 bits, and swaps
 * the bytes of big-endian words. Of what nobody decodes our own error says more.
 */
function viewerShows(film: DicomFilm): boolean {
  const { coding } = transferSyntax(film.transferSyntaxUid)
  const knowsCoding = coding !== null && coding !== 'jpeg-ls' && coding !== 'htj2k' && coding !== 'jpeg'
  const knowsFile = knowsCoding && ![DEFLATED_LE, EXPLICIT_BE, ENCAPSULATED_RAW].includes(film.transferSyntaxUid)
  const knowsCells = [8, 16].includes(film.bitsAllocated) && film.highBit === film.bitsStored - 1
  return knowsFile && knowsCells && !isColour(film)
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

async function wrapPicture(film: Film, known: Known): Promise<Uint8Array> {
  const frame = await film.frame()
  return writeFilm({
    object: 'SC',
    ...film.uids,
    ...known,
    pixels: frame.pixels as Uint8Array | Uint16Array,
    rows: frame.rows,
    columns: frame.columns,
    lossy: film.kind === 'jpeg',
  })
}

async function rewrite(film: Film, metadata: DicomFilm): Promise<Uint8Array> {
  const { pixels, ...display } = keepsCells(metadata) ? await storedFrames(film, metadata) : await greyFrames(film)
  return writeFilm({ ...metadata, ...film.uids, object: objectOf(metadata), frames: film.frames, pixels, ...display })
}

const objectOf = ({ sopClassUid }: DicomFilm) => (sopClassUid?.startsWith('1.2.840.10008.5.1.4.1.1.1.') ? 'DX' : sopClassUid === '1.2.840.10008.5.1.4.1.1.1' ? 'CR' : 'SC')

type Shown = Pick<FilmToWrite, 'pixels' | 'bitsStored' | 'photometric' | 'rescaleSlope' | 'rescaleIntercept' | 'rescaleType' | 'windows' | 'voiLuts' | 'modalityLut' | 'padding' | 'voiFunction'>

/** Colour and very deep films: as rendered. */
async function greyFrames(film: Film): Promise<Shown> {
  const size = film.width * film.height
  const pixels = new Uint8Array(size * film.frames)
  for (let i = 0; i < film.frames; i++) {
    const frame = await film.frame(i)
    pixels.set(frame.samples === 3 ? luma(eightBits(frame), size) : (await greyPicture(film, i)).pixels, i * size)
  }
  return { pixels, bitsStored: 8, photometric: 'MONOCHROME2', rescaleSlope: 1, rescaleIntercept: 0, windows: [fullWindow(8)], voiLuts: [], modalityLut: null, padding: null, voiFunction: 'LINEAR' }
}

/** Stored values as they are, with every attribute of their display. */
async function storedFrames(film: Film, { photometric, ...display }: DicomFilm): Promise<Shown> {
  const frames: Pixels[] = []
  for (let i = 0; i < film.frames; i++) frames.push((await film.frame(i)).pixels)
  return { ...display, pixels: joined(frames), photometric: photometric === 'MONOCHROME1' ? 'MONOCHROME1' : 'MONOCHROME2' }
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
