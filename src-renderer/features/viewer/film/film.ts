import { CodedError, fromErrorShape, type ErrorShape } from '../../../../src-shared/errors.ts'
import { fromDisplay, plainGreyscale, type OverlayPlane } from '../../../../src-shared/display/film.ts'
import { modalityFunction, type Greyscale } from '../../../../src-shared/display/grey.ts'
import { call, media } from '../../../bridge/index.ts'
import { readDicom, type Cells, type DicomImage } from './reader.ts'
import { presetsOf, type Preset } from './windows.ts'

/** A film in memory, as the page measures and draws it. */
export interface Film extends Omit<DicomImage, 'cells'> {
  /** Our id of the image. */
  image: string
  greyscale: Greyscale
  presets: Preset[]
  /** Lowest to highest value of the first frame. */
  range: number
  overlays: OverlayPlane[]
  /** Stored values of one frame, row-major. */
  cells(frame: number): Cells
  /** Value after the modality LUT. */
  value(stored: number): number
}

/** Fetch and read a film. @throws the coded error of the media address, CORRUPT_IMAGE when dwv cannot read it */
export async function loadFilm(image: string, signal: AbortSignal): Promise<Film> {
  const [data, display] = await Promise.all([fetchFilm(image, signal), call('images.display', { image })])
  signal.throwIfAborted()
  const { cells, ...dicom } = await readDicom(data, signal)
  const greyscale = display.greyscale ? fromDisplay(display.greyscale) : plainGreyscale(cells.BYTES_PER_ELEMENT === 1 ? 8 : 16)
  const count = dicom.columns * dicom.rows
  const frameOf = (frame: number): Cells => cells.subarray(count * frame, count * (frame + 1))
  return { ...dicom, image, greyscale, ...presetsOf(greyscale, frameOf(0)), overlays: display.overlays, cells: frameOf, value: modalityFunction(greyscale) }
}

async function fetchFilm(image: string, signal: AbortSignal): Promise<ArrayBuffer> {
  const response = await fetch(media(['film', image]), { signal })
  if (response.ok) return response.arrayBuffer()
  const answer = (await response.json().catch(() => null)) as { error?: ErrorShape } | null
  throw answer?.error ? fromErrorShape(answer.error) : new CodedError('FILM_UNAVAILABLE', `The film could not be read (${response.status}).`)
}
