import type { Lut, Spacing, VoiFunction, Window } from '../read/film.ts'
import { encodePart10 } from './encode.ts'
import type { Dataset } from './encode.ts'
import { optional, patientAndStudy } from './modules.ts'
import type { PatientAndStudy } from './modules.ts'
import type { Uids } from './uid.ts'

const SOP_CLASS = {
  CR: '1.2.840.10008.5.1.4.1.1.1',
  DX: '1.2.840.10008.5.1.4.1.1.1.1',
  SC: '1.2.840.10008.5.1.4.1.1.7',
}

/** A film to write; what is absent or null is written empty where the standard wants the attribute, and left out elsewhere. */
export interface FilmToWrite extends Uids, PatientAndStudy {
  /** Information object: computed radiography, digital radiography (for presentation), secondary capture. */
  object: keyof typeof SOP_CLASS
  /** Row-major, `frames * rows * columns` values; signed arrays write Pixel Representation 1. */
  pixels: Uint8Array | Uint16Array | Int16Array
  rows: number
  columns: number
  /** Default 1. */
  frames?: number
  /** Default: all bits of the array's cells. */
  bitsStored?: number
  /** Default MONOCHROME2; colour is not written. */
  photometric?: string
  windows?: Window[]
  voiFunction?: VoiFunction
  voiLuts?: Lut[]
  /** In place of slope and intercept. */
  modalityLut?: Lut | null
  padding?: { low: number; high: number } | null
  rescaleSlope?: number
  rescaleIntercept?: number
  /** Default US (unspecified). */
  rescaleType?: string | null
  pixelSpacing?: Spacing | null
  imagerPixelSpacing?: Spacing | null
  seriesDescription?: string | null
  /** Default CR, DX or OT. */
  modality?: string | null
  bodyPart?: string | null
  viewPosition?: string | null
  laterality?: string | null
  /** The pixels once went through a lossy compression. */
  lossy?: boolean
  /** Further attributes; they replace ours of the same tag. */
  extra?: Dataset
}

/**
 * Writes a film as a Part 10 file, Explicit VR Little Endian, uncompressed.
 * @throws RangeError when the pixels do not fill the film, or a value does not fit its attribute
 */
export function writeFilm(film: FilmToWrite): Uint8Array {
  const { pixels, rows, columns, frames = 1 } = film
  if (pixels.length !== frames * rows * columns) throw new RangeError(`${pixels.length} pixels for ${frames} frames of ${columns}x${rows}`)
  return encodePart10([...patientAndStudy(film), ...series(film), ...OBJECT[film.object](film), ...image(film), ...display(film), ...(film.extra ?? [])])
}

function series(film: FilmToWrite): Dataset {
  return [
    [0x00080060, 'CS', film.modality ?? (film.object === 'SC' ? 'OT' : film.object)],
    [0x0020000e, 'UI', film.seriesInstanceUid],
    [0x00200011, 'IS', 1],
    [0x00200013, 'IS', 1],
    ...optional(0x0008103e, 'LO', film.seriesDescription),
    ...optional(0x00180015, 'CS', film.bodyPart),
    ...optional(0x00185101, 'CS', film.viewPosition),
  ]
}

/** Attributes that only one of the information objects has (PS3.3 A.2, A.26, A.8). */
const OBJECT: Record<FilmToWrite['object'], (film: FilmToWrite) => Dataset> = {
  CR: (film) => [
    [0x00080008, 'CS', ['ORIGINAL', 'PRIMARY']],
    [0x00080070, 'LO', null],
    [0x00180015, 'CS', film.bodyPart ?? null],
    [0x00185101, 'CS', film.viewPosition ?? null],
    [0x00200020, 'CS', null],
    ...optional(0x00200060, 'CS', film.laterality),
  ],
  DX: (film) => [
    [0x00080068, 'CS', 'FOR PRESENTATION'],
    [0x00080070, 'LO', null],
    [0x00080008, 'CS', ['ORIGINAL', 'PRIMARY', '']],
    [0x00082218, 'SQ', [code('43799004', 'SCT', 'Thorax')]],
    [0x00185100, 'CS', null],
    [0x00200020, 'CS', ['L', 'F']],
    [0x00200062, 'CS', film.laterality ?? 'U'],
    [0x00280301, 'CS', 'NO'],
    [0x00281040, 'CS', 'LOG'],
    [0x00281041, 'SS', film.photometric === 'MONOCHROME1' ? 1 : -1],
    [0x20500020, 'CS', film.photometric === 'MONOCHROME1' ? 'INVERSE' : 'IDENTITY'],
    [0x00187004, 'CS', null],
    [0x00181508, 'CS', null],
    [0x00400555, 'SQ', []],
    [0x00540220, 'SQ', film.viewPosition === 'PA' ? [code('399348003', 'SCT', 'postero-anterior')] : []],
  ],
  SC: (film) => [
    [0x00080008, 'CS', ['DERIVED', 'SECONDARY']],
    [0x00080064, 'CS', 'WSD'],
    // Wanted, if only empty, unless the body part is known to be unpaired (type 2C).
    ...(film.bodyPart ? [] : ([[0x00200060, 'CS', film.laterality ?? null]] satisfies Dataset)),
    [0x00200020, 'CS', null],
  ],
}

const code = (value: string, scheme: string, meaning: string): Dataset => [
  [0x00080100, 'SH', value],
  [0x00080102, 'SH', scheme],
  [0x00080104, 'LO', meaning],
]

function image(film: FilmToWrite): Dataset {
  const bitsAllocated = film.pixels.BYTES_PER_ELEMENT * 8
  const bitsStored = film.bitsStored ?? bitsAllocated
  return [
    [0x00080016, 'UI', SOP_CLASS[film.object]],
    [0x00080018, 'UI', film.sopInstanceUid],
    [0x00280002, 'US', 1],
    [0x00280004, 'CS', film.photometric ?? 'MONOCHROME2'],
    ...((film.frames ?? 1) > 1 ? ([[0x00280008, 'IS', film.frames!]] satisfies Dataset) : []),
    [0x00280010, 'US', film.rows],
    [0x00280011, 'US', film.columns],
    [0x00280100, 'US', bitsAllocated],
    [0x00280101, 'US', bitsStored],
    [0x00280102, 'US', bitsStored - 1],
    [0x00280103, 'US', film.pixels instanceof Int16Array ? 1 : 0],
    ...(film.object === 'DX' || film.lossy ? ([[0x00282110, 'CS', film.lossy ? '01' : '00']] satisfies Dataset) : []),
    ...(film.pixelSpacing ? ([[0x00280030, 'DS', film.pixelSpacing]] satisfies Dataset) : []),
    ...(film.imagerPixelSpacing ? ([[0x00181164, 'DS', film.imagerPixelSpacing]] satisfies Dataset) : []),
    [0x7fe00010, bitsAllocated === 8 ? 'OB' : 'OW', film.pixels],
  ]
}

function display(film: FilmToWrite): Dataset {
  const { windows = [], voiLuts = [] } = film
  const signed = film.pixels instanceof Int16Array || (film.rescaleIntercept ?? 0) < 0
  const rescaled = (film.rescaleSlope ?? 1) !== 1 || (film.rescaleIntercept ?? 0) !== 0 || film.object === 'DX'
  return [
    ...padding(film),
    ...(film.modalityLut ? ([[0x00283000, 'SQ', [[...lutItem(film.modalityLut, film.pixels instanceof Int16Array), [0x00283004, 'LO', film.rescaleType ?? 'US']]]]] satisfies Dataset) : []),
    ...(rescaled && !film.modalityLut
      ? ([
          [0x00281052, 'DS', film.rescaleIntercept ?? 0],
          [0x00281053, 'DS', film.rescaleSlope ?? 1],
          [0x00281054, 'LO', film.rescaleType ?? 'US'],
        ] satisfies Dataset)
      : []),
    ...(windows.length
      ? ([
          [0x00281050, 'DS', windows.map((window) => window.center)],
          [0x00281051, 'DS', windows.map((window) => window.width)],
          ...(windows.some((window) => window.explanation) ? ([[0x00281055, 'LO', windows.map((window) => window.explanation ?? '')]] satisfies Dataset) : []),
        ] satisfies Dataset)
      : []),
    ...optional(0x00281056, 'CS', windows.length && film.voiFunction !== 'LINEAR' ? film.voiFunction : null),
    ...(voiLuts.length ? ([[0x00283010, 'SQ', voiLuts.map((lut) => lutItem(lut, signed))]] satisfies Dataset) : []),
  ]
}

/** Pixel Padding Value and, where it is a range, its limit. */
function padding({ padding: range, pixels }: FilmToWrite): Dataset {
  if (!range) return []
  const vr = pixels instanceof Int16Array ? 'SS' : 'US'
  return [[0x00280120, vr, range.low], ...(range.high === range.low ? [] : ([[0x00280121, vr, range.high]] satisfies Dataset))]
}

/** The descriptor's first value is signed with its input; US and SS share their bytes, so the other two are written as they are. */
function lutItem(lut: Lut, signed: boolean): Dataset {
  const wrap = (value: number) => (signed && value > 32767 ? value - 65536 : value)
  return [
    [0x00283002, signed ? 'SS' : 'US', [wrap(lut.data.length & 0xffff), lut.first, lut.bits]],
    ...optional(0x00283003, 'LO', lut.explanation),
    [0x00283006, 'OW', lut.data],
  ]
}
