import type { Greyscale } from './grey.ts'
import type { Lut } from './voi.ts'

/** A plane of bits over a film (PS3.3 C.9.2). */
export interface OverlayPlane {
  /** 0x6000 to 0x601e. */
  group: number
  rows: number
  columns: number
  /** Of its first pixel, in pixels of the film from its top left one; may lie outside. */
  top: number
  left: number
  kind: 'graphic' | 'roi'
  /** Empty where the file names none. */
  label: string
  frames: number
  /** Of the film: the frame that the first of the plane lies over. */
  firstFrame: number
}

type Plain<T> = { [K in keyof T]: T[K] extends Lut | null ? PlainLut | null : T[K] extends Lut[] ? PlainLut[] : T[K] }
type PlainLut = Omit<Lut, 'data'> & { data: number[] }

/** What the page needs beside the film's cells to show it; tables as lists, which every border carries. */
export interface FilmDisplay {
  /** Null where the cells are plain grey (`plainGreyscale`). */
  greyscale: Plain<Greyscale> | null
  overlays: OverlayPlane[]
}

const toPlain = (lut: Lut): PlainLut => ({ ...lut, data: [...lut.data] })
const fromPlain = (lut: PlainLut): Lut => ({ ...lut, data: Uint16Array.from(lut.data) })

/** Only what the display depends on: no patient data go along. */
export function toDisplay(film: Greyscale): Plain<Greyscale> {
  const { bitsStored, floating, signed, photometric, rescaleSlope, rescaleIntercept, modalityLut, windows, voiFunction, voiLuts, padding } = film
  const rest = { bitsStored, floating, signed, photometric, rescaleSlope, rescaleIntercept, windows, voiFunction, padding }
  return { ...rest, modalityLut: modalityLut && toPlain(modalityLut), voiLuts: voiLuts.map(toPlain) }
}

export const fromDisplay = (film: Plain<Greyscale>): Greyscale => ({ ...film, modalityLut: film.modalityLut && fromPlain(film.modalityLut), voiLuts: film.voiLuts.map(fromPlain) })

/** Display attributes of a picture that states none. */
export const plainGreyscale = (bits: 8 | 16): Greyscale => ({
  bitsStored: bits,
  floating: false,
  signed: false,
  photometric: 'MONOCHROME2',
  rescaleSlope: 1,
  rescaleIntercept: 0,
  modalityLut: null,
  windows: [],
  voiFunction: 'LINEAR',
  voiLuts: [],
  padding: null,
})
