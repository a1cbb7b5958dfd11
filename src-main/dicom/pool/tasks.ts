import { toDisplay } from '#shared/display/film.ts'
import type { FilmDisplay } from '#shared/display/film.ts'
import { defaultDisplay } from '#shared/display/grey.ts'
import type { Display } from '#shared/display/grey.ts'
import type { DicomTag } from '#shared/domain/study.ts'
import type { Deidentified, DeidentifyOptions } from '../deidentify/film.ts'
import { examineFilm, type Examination } from '../examine.ts'
import { readDirectoryRecords } from '../directory.ts'
import type { DirectoryRecord } from '../directory.ts'
import { greyPicture, measuredInput, networkInput, openFilm } from '../films.ts'
import type { FilmKind, GreyPicture, InputOptions, Measured } from '../films.ts'
import { readHead } from '../head.ts'
import type { Head } from '../head.ts'
import type { DicomFilm } from '../read/film.ts'
import { corrupt } from '../read/parse.ts'
import { listOverlays, overlayBits } from '../read/overlays.ts'
import { listTags } from '../read/tags.ts'
import type { WindowChoice } from '../render/choose.ts'
import { equalise } from '../render/equalise.ts'
import { greyPng, maskPng, thumbnailJpeg } from '../render/raster.ts'
import { resizeTriangle } from '../render/resize.ts'
import type { Uids } from '../write/uid.ts'
import { dicomForViewer, viewerGreyscale } from '../write/viewer.ts'
import type { Known } from '../write/viewer.ts'

export interface Inspection {
  kind: FilmKind
  width: number
  height: number
  frames: number
  /** Null for PNG and JPEG. */
  metadata: DicomFilm | null
  uids: Uids
  fileBytes: number
  /** How the film is first shown; null when the pixels were not decoded. */
  display: Display | null
}

export interface Rendered {
  png: Uint8Array
  width: number
  height: number
  display: Display
}

/** What a worker can do with one film: request without its name, and answer. */
export interface Tasks {
  /** `decode: false` reads the header only, so a film with broken pixels passes. */
  inspect: { input: { path: string; decode?: boolean }; output: Inspection }
  /** Network input: `size * size` grey values, as bytes. */
  input: { input: { path: string } & InputOptions; output: Uint8Array }
  /** The same where it is asked for, and what the film is like. */
  measure: { input: { path: string; options: InputOptions | null }; output: Measured }
  /** The same as `input`, and what an input gate asks of a film. */
  examine: { input: { path: string; size: number }; output: Examination }
  /** JPEG, both sides at most `size`. */
  thumbnail: { input: { path: string; size: number }; output: Uint8Array }
  display: { input: { path: string; frame?: number }; output: GreyPicture }
  displayPng: { input: { path: string; frame?: number }; output: Uint8Array }
  /** As `choice` asks for it, equalised, squished to a square; without any of these what `displayPng` gives. */
  render: { input: { path: string; frame?: number; choice?: WindowChoice; equalise?: boolean; size?: number }; output: Rendered }
  /** Part 10 file that the viewer can show. */
  viewer: { input: { path: string; known?: Known }; output: Uint8Array }
  /** How the cells of `viewer` are shown, and what lies over them. */
  viewerDisplay: { input: { path: string }; output: FilmDisplay }
  /** PNG of an overlay plane in its own size. */
  overlay: { input: { path: string; group: number; frame?: number }; output: Uint8Array }
  /** Empty for PNG and JPEG. */
  tags: { input: { path: string }; output: DicomTag[] }
  /** Of a DICOMDIR: the files that it names. */
  directory: { input: { path: string }; output: DirectoryRecord[] }
  /** A copy without what tells whose it is. */
  deidentify: { input: { path: string; options: DeidentifyOptions }; output: Deidentified }
}

export type TaskName = keyof Tasks
export type Request = { [K in TaskName]: { task: K } & Tasks[K]['input'] }[TaskName]
type Handlers = { [K in TaskName]: (input: Tasks[K]['input']) => Promise<Tasks[K]['output']> }

/** Amber: no grey, and no colour of a heat map's cold end. */
const OVERLAY_COLOUR = [255, 180, 84] as const

function inspectionOf({ metadata, uids, fileBytes }: Head): Inspection {
  const { columns: width, rows: height, frames } = metadata
  return { kind: 'dicom', width, height, frames, metadata, uids, fileBytes, display: null }
}

export const TASKS: Handlers = {
  async inspect({ path, decode = true }) {
    const head = decode ? null : await readHead(path)
    if (head) return inspectionOf(head)
    const film = await openFilm(path)
    const display = decode ? defaultDisplay(film.greyscale, await film.frame()) : null
    const { kind, width, height, frames, metadata, uids, bytes } = film
    return { kind, width, height, frames, metadata, uids, fileBytes: bytes.length, display }
  },
  input: ({ path, ...options }) => networkInput(path, options),
  measure: ({ path, options }) => measuredInput(path, options),
  examine: ({ path, size }) => examineFilm(path, size),
  async thumbnail({ path, size }) {
    const film = await openFilm(path)
    const { pixels, width, height } = await greyPicture(film)
    return thumbnailJpeg(pixels, width, height, size, film.metadata?.pixelAspect)
  },
  display: async ({ path, frame }) => greyPicture(await openFilm(path), frame),
  async displayPng({ path, frame }) {
    const { pixels, width, height } = await greyPicture(await openFilm(path), frame)
    return greyPng(pixels, width, height)
  },
  async render({ path, frame, choice, equalise: spread = false, size }) {
    const shown = await greyPicture(await openFilm(path), frame, choice)
    const grey = spread ? equalise(shown.pixels) : shown.pixels
    const [width, height] = [size ?? shown.width, size ?? shown.height]
    const pixels = resizeTriangle(grey, shown.width, shown.height, width, height)
    return { png: await greyPng(pixels, width, height), width, height, display: shown.display }
  },
  viewer: async ({ path, known }) => dicomForViewer(await openFilm(path), known),
  async viewerDisplay({ path }) {
    const { dicom, metadata } = await openFilm(path)
    const greyscale = viewerGreyscale(metadata)
    return { greyscale: greyscale && toDisplay(greyscale), overlays: dicom ? listOverlays(dicom) : [] }
  },
  async overlay({ path, group, frame }) {
    const { dicom } = await openFilm(path)
    const plane = dicom && listOverlays(dicom).find((one) => one.group === group)
    if (!plane) throw corrupt(path, 'The film has no such overlay.')
    return maskPng(overlayBits(dicom, plane, frame), plane.columns, plane.rows, OVERLAY_COLOUR)
  },
  async tags({ path }) {
    const { dicom } = await openFilm(path)
    return dicom ? listTags(dicom) : []
  },
  async deidentify({ path, options }) {
    // Only who makes copies needs it: workers start faster without it.
    const { deidentifyFilm } = await import('../deidentify/film.ts')
    return deidentifyFilm((await openFilm(path)).bytes, path, options)
  },
  directory: ({ path }) => readDirectoryRecords(path),
}
