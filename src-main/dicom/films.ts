import { open } from 'node:fs/promises'
import { extname } from 'node:path'
import { plainGreyscale } from '#shared/display/film.ts'
import { defaultDisplay } from '#shared/display/grey.ts'
import type { Display, Greyscale } from '#shared/display/grey.ts'
import { CodedError } from '#shared/errors.ts'
import { EXAMINED, measuresOf } from './measure.ts'
import type { Measures } from './measure.ts'
import { openDicom } from './read/index.ts'
import type { DicomFile } from './read/index.ts'
import type { DicomFilm } from './read/film.ts'
import { corrupt, hasPrefix, notDicom } from './read/parse.ts'
import { decodeFrame } from './read/pixels.ts'
import type { Frame } from './read/pixels.ts'
import { chosenDisplay } from './render/choose.ts'
import type { WindowChoice } from './render/choose.ts'
import { equalise } from './render/equalise.ts'
import { renderGrey, renderWords, shadedGrey } from './render/grey.ts'
import { decodeRaster, rasterHeader } from './render/raster.ts'
import { countWords } from './render/reduce/count.ts'
import { resizeWords } from './render/reduce/words.ts'
import { resizeTriangle } from './render/resize.ts'
import { inRoom } from './room.ts'
import type { Room } from './room.ts'
import { derivedUids } from './write/uid.ts'
import type { Uids } from './write/uid.ts'

export type FilmKind = 'dicom' | 'png' | 'jpeg' | 'tiff'

/** A film of any kind, opened but not yet decoded. */
export interface Film {
  kind: FilmKind
  path: string
  bytes: Uint8Array
  width: number
  height: number
  frames: number
  /** What a DICOM film says of itself; null for pictures. */
  metadata: DicomFilm | null
  /** The file's own UIDs; those that it lacks are derived from its content. */
  uids: Uids
  greyscale: Greyscale
  /** The parsed file of a DICOM film. */
  dicom: DicomFile | null
  /** Stored values. */
  frame(index?: number): Promise<Frame>
}

export interface GreyPicture {
  /** Row-major, 0 black to 255 white. */
  pixels: Uint8Array
  width: number
  height: number
  /** The rule that made it. */
  display: Display
}

/**
 * Opens a film by its content: DICOM, PNG, JPEG, or the first page of a TIFF.
 * @throws CodedError FILE_NOT_FOUND, FILE_UNREADABLE, NOT_DICOM, TRUNCATED_FILE, CORRUPT_IMAGE, NO_PIXEL_DATA
 */
export async function openFilm(path: string): Promise<Film> {
  return filmOf(await read(path), path)
}

/** The same for bytes already read; `path` names them in errors. */
export async function filmOf(bytes: Uint8Array, path: string): Promise<Film> {
  const kind = sniffPicture(bytes)
  return kind ? pictureFilm(kind, bytes, path) : dicomFilm(bytes, path)
}

/** The picture as it is first shown, and as networks see it before resizing; or as `choice` asks for it. */
export async function greyPicture(film: Film, index = 0, choice?: WindowChoice): Promise<GreyPicture> {
  const frame = await film.frame(index)
  const display = chosenDisplay(film.greyscale, frame, choice, film.path)
  return { pixels: renderGrey(film.greyscale, frame, display), width: frame.columns, height: frame.rows, display }
}

/** How a network sees a film. */
export interface InputOptions {
  size: number
  /** Bits of a grey; default 8. */
  depth?: 8 | 16
  /** Whether its histogram is spread first, which is a matter of 8 bits. */
  equalise?: boolean
}

/**
 * What a network sees: the displayed picture squished to a square (both axes on their own) with an antialiased triangle filter.
 * @returns bytes of `size * size` grey values, row-major; those of 16 bits little-endian
 */
export function networkInput(path: string, options: number | InputOptions): Promise<Uint8Array> {
  const input = typeof options === 'number' ? { size: options } : options
  return inRoom(async (room) => {
    const film = await filmOf(await read(path, room), path)
    const frame = await film.frame()
    return inputOf(film, frame, defaultDisplay(film.greyscale, frame, countWords), input)
  })
}

/** What a film is like, and how a network sees it where that was asked for. */
export interface Measured {
  input: Uint8Array | null
  measures: Measures
}

/** Both from one decoding. */
export function measuredInput(path: string, input: InputOptions | null): Promise<Measured> {
  return inRoom(async (room) => {
    const film = await filmOf(await read(path, room), path)
    const frame = await film.frame()
    const display = defaultDisplay(film.greyscale, frame, countWords)
    const small = inputOf(film, frame, display, { size: EXAMINED })
    return { input: input && inputOf(film, frame, display, input), measures: measuresOf(frame, small, film.metadata) }
  })
}

function inputOf({ greyscale }: Film, frame: Frame, display: Display, { size, depth = 8, equalise: spread = false }: InputOptions): Uint8Array {
  const { rows, columns } = frame
  if (depth === 16) return new Uint8Array(resizeWords(renderWords(greyscale, frame, display), columns, rows, size, size).buffer)
  const picture = spread ? equalise(renderGrey(greyscale, frame, display)) : shadedGrey(greyscale, frame, display)
  return resizeTriangle(picture, columns, rows, size, size)
}

function dicomFilm(bytes: Uint8Array, path: string): Film {
  if (/^\.(png|jpe?g|tiff?)$/i.test(extname(path)) && !hasPrefix(bytes)) throw corrupt(path, bytes.length ? 'The content is neither PNG, JPEG nor TIFF.' : 'The file is empty.')
  const dicom = openDicom(bytes, path)
  const { film } = dicom
  const uids = uidsOf(film, bytes)
  const { columns: width, rows: height, frames } = film
  return { kind: 'dicom', path, bytes, width, height, frames, metadata: film, uids, greyscale: film, dicom, frame: (index) => decodeFrame(dicom, index) }
}

function uidsOf({ studyInstanceUid, seriesInstanceUid, sopInstanceUid }: DicomFilm, bytes: Uint8Array): Uids {
  if (studyInstanceUid && seriesInstanceUid && sopInstanceUid) return { studyInstanceUid, seriesInstanceUid, sopInstanceUid }
  const derived = derivedUids(bytes)
  return {
    studyInstanceUid: studyInstanceUid ?? derived.studyInstanceUid,
    seriesInstanceUid: seriesInstanceUid ?? derived.seriesInstanceUid,
    sopInstanceUid: sopInstanceUid ?? derived.sopInstanceUid,
  }
}

async function pictureFilm(kind: Exclude<FilmKind, 'dicom'>, bytes: Uint8Array, path: string): Promise<Film> {
  const header = await rasterHeader(bytes, path)
  const { width, height } = header
  const frame = () => decodeRaster(bytes, header, path)
  return { kind, path, bytes, width, height, frames: 1, metadata: null, uids: derivedUids(bytes), greyscale: plainGreyscale(header.bits), dicom: null, frame }
}

function sniffPicture(bytes: Uint8Array): Exclude<FilmKind, 'dicom'> | null {
  const starts = (...magic: number[]) => magic.every((byte, i) => bytes[i] === byte)
  if (starts(0x89, 0x50, 0x4e, 0x47)) return 'png'
  if (starts(0xff, 0xd8, 0xff)) return 'jpeg'
  // A DICOM file may carry a TIFF header in its preamble (PS3.10 section 7.1).
  return (starts(0x49, 0x49, 0x2a, 0) || starts(0x4d, 0x4d, 0, 0x2a)) && !hasPrefix(bytes) ? 'tiff' : null
}

async function read(path: string, room?: Room): Promise<Uint8Array> {
  try {
    return await readWhole(path, room)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EISDIR') throw notDicom(path)
    if (code === 'ENOENT') throw new CodedError('FILE_NOT_FOUND', 'The file does not exist.', { file: path, cause: error })
    throw new CodedError('FILE_UNREADABLE', `The file cannot be read (${code}).`, { file: path, cause: error, remedy: 'Check its permissions.' })
  }
}

/** In one call where the system gives it: `readFile` asks for half a megabyte at a time, twenty times for a film. */
async function readWhole(path: string, room: Room = (size) => new Uint8Array(size)): Promise<Uint8Array> {
  await using file = await open(path)
  const { size } = await file.stat()
  const bytes = room(size)
  for (let at = 0; at < size; ) {
    const { bytesRead } = await file.read(bytes, at, Math.min(size - at, 1 << 30), at)
    if (!bytesRead) return bytes.subarray(0, at)
    at += bytesRead
  }
  return bytes
}
