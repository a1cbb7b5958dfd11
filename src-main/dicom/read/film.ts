import type { DataSet } from 'dicom-parser'
import type { Lut, VoiFunction, Window } from '#shared/display/voi.ts'
import { attributes } from './attributes.ts'
import type { Attributes } from './attributes.ts'
import { isLossySyntax } from './transfer-syntax.ts'
import type { TransferSyntax } from './transfer-syntax.ts'

export type { Lut, VoiFunction, Window } from '#shared/display/voi.ts'

/** Row and column spacing in millimetres. */
export type Spacing = [row: number, column: number]

/** What a film says of itself; null where the file is silent. Survives a structured clone. */
export interface DicomFilm {
  sopClassUid: string | null
  sopInstanceUid: string | null
  studyInstanceUid: string | null
  seriesInstanceUid: string | null
  patientId: string | null
  /** PN as in the file, caret-separated, without empty component groups at its end. */
  patientName: string | null
  /** DA. */
  birthDate: string | null
  sex: 'M' | 'F' | 'O' | null
  /** AS as in the file (`045Y`). */
  age: string | null
  /** From `age`, else from birth and study date. */
  ageYears: number | null
  studyDate: string | null
  studyTime: string | null
  accessionNumber: string | null
  studyDescription: string | null
  seriesDescription: string | null
  bodyPart: string | null
  modality: string | null
  viewPosition: string | null
  laterality: string | null

  rows: number
  columns: number
  frames: number
  samples: number
  bitsAllocated: number
  bitsStored: number
  highBit: number
  signed: boolean
  photometric: string
  planar: boolean
  /** Float or Double Float Pixel Data in place of integers. */
  floating: boolean
  /** In the patient's plane: calibrated, or of a cross-section. */
  pixelSpacing: Spacing | null
  /** At the detector: lengths in the patient are shorter. Never to be shown as `pixelSpacing`. */
  imagerPixelSpacing: Spacing | null
  /** Height of a pixel over its width: Pixel Aspect Ratio, else of the spacings, else 1. */
  pixelAspect: number
  rescaleSlope: number
  rescaleIntercept: number
  rescaleType: string | null
  modalityLut: Lut | null
  windows: Window[]
  voiFunction: VoiFunction
  voiLuts: Lut[]
  /** Stored values from `low` to `high` are no part of the picture (PS3.3 C.7.5.1.1.2). */
  padding: { low: number; high: number } | null
  transferSyntaxUid: string
  transferSyntaxName: string
  lossy: boolean
}

export function readFilm(dataSet: DataSet, syntax: TransferSyntax): DicomFilm {
  const a = attributes(dataSet)
  return { ...identity(a), ...image(a), ...display(a), ...coding(a, syntax) }
}

function identity(a: Attributes) {
  const sex = a.text('x00100040')?.toUpperCase()
  const age = a.text('x00101010')
  const birthDate = a.text('x00100030')
  const studyDate = a.text('x00080020')
  return {
    sopClassUid: a.text('x00080016'),
    sopInstanceUid: a.text('x00080018'),
    studyInstanceUid: a.text('x0020000d'),
    seriesInstanceUid: a.text('x0020000e'),
    patientId: a.text('x00100020'),
    patientName: a.text('x00100010')?.replace(/=+$/, '') || null,
    birthDate,
    sex: sex === 'M' || sex === 'F' || sex === 'O' ? sex : null,
    age,
    ageYears: years(age) ?? yearsBetween(birthDate, studyDate),
    studyDate,
    studyTime: a.text('x00080030'),
    accessionNumber: a.text('x00080050'),
    studyDescription: a.text('x00081030'),
    seriesDescription: a.text('x0008103e'),
    bodyPart: a.text('x00180015'),
    modality: a.text('x00080060'),
    viewPosition: a.text('x00185101'),
    laterality: a.text('x00200062') ?? a.text('x00200060'),
  } satisfies Partial<DicomFilm>
}

function image(a: Attributes) {
  const bitsAllocated = a.short('x00280100') ?? 16
  const bitsStored = a.short('x00280101') ?? bitsAllocated
  return {
    rows: a.short('x00280010') ?? 0,
    columns: a.short('x00280011') ?? 0,
    frames: Math.max(1, a.decimal('x00280008') ?? 1),
    samples: a.short('x00280002') ?? 1,
    bitsAllocated,
    bitsStored,
    highBit: a.short('x00280102') ?? bitsStored - 1,
    signed: a.short('x00280103') === 1,
    photometric: a.text('x00280004') ?? 'MONOCHROME2',
    planar: a.short('x00280006') === 1,
    floating: !a.has('x7fe00010') && (a.has('x7fe00008') || a.has('x7fe00009')),
    pixelSpacing: spacing(a, 'x00280030'),
    imagerPixelSpacing: spacing(a, 'x00181164'),
    pixelAspect: aspect(spacing(a, 'x00280034') ?? spacing(a, 'x00280030') ?? spacing(a, 'x00181164')),
  } satisfies Partial<DicomFilm>
}

function display(a: Attributes) {
  const signed = a.short('x00280103') === 1
  const centers = a.decimals('x00281050')
  const widths = a.decimals('x00281051')
  const explanations = a.texts('x00281055')
  const named = a.text('x00281056')
  const slope = a.decimal('x00281053')
  const low = a.short('x00280120', signed)
  const limit = a.short('x00280121', signed)
  const windows = centers.flatMap((center, i) => (i < widths.length ? [{ center, width: widths[i]!, explanation: explanations[i] || null }] : []))
  return {
    rescaleSlope: slope || 1,
    rescaleIntercept: a.decimal('x00281052') ?? 0,
    rescaleType: a.text('x00281054'),
    modalityLut: a.items('x00283000').flatMap((item) => readLut(item, signed, 'x00283003'))[0] ?? null,
    windows,
    voiFunction: named === 'SIGMOID' || named === 'LINEAR_EXACT' ? named : 'LINEAR',
    voiLuts: a.items('x00283010').flatMap((item) => readLut(item, signed, 'x00283003')),
    padding: low === null ? null : { low: Math.min(low, limit ?? low), high: Math.max(low, limit ?? low) },
  } satisfies Partial<DicomFilm>
}

function coding(a: Attributes, syntax: TransferSyntax) {
  return {
    transferSyntaxUid: syntax.uid,
    transferSyntaxName: syntax.name,
    lossy: a.text('x00282110') === '01' || isLossySyntax(syntax.uid),
  } satisfies Partial<DicomFilm>
}

function spacing(a: Attributes, tag: string): Spacing | null {
  const [row, column = row] = a.decimals(tag)
  return row !== undefined && column !== undefined && row > 0 && column > 0 ? [row, column] : null
}

const aspect = (pair: Spacing | null) => (pair ? pair[0] / pair[1] : 1)

/** LUT Descriptor: entries (0 means 65536), first input, bits. Eight-bit tables may come one entry to a byte. */
function readLut(item: Attributes, signed: boolean, explanation: string): Lut[] {
  const entries = item.short('x00283002', false, 0)
  const first = item.short('x00283002', signed, 1)
  const bits = item.short('x00283002', false, 2)
  const raw = item.bytes('x00283006')
  if (entries === null || first === null || bits === null || !raw || bits < 1 || bits > 16) return []
  const length = entries & 0xffff || 65536
  const words = raw.byteLength >= 2 * length
  if (!words && raw.byteLength < length) return []
  const data = words ? item.words('x00283006')!.slice(0, length) : Uint16Array.from(raw.subarray(0, length))
  return [{ first, bits, data, explanation: item.text(explanation) }]
}

function years(age: string | null): number | null {
  const [, count, unit] = /^(\d{1,3})([DWMY])$/.exec(age ?? '') ?? []
  return unit ? Math.floor(Number(count) / { D: 365.25, W: 52.18, M: 12, Y: 1 }[unit as 'D' | 'W' | 'M' | 'Y']) : null
}

function yearsBetween(birth: string | null, study: string | null): number | null {
  if (!/^\d{8}$/.test(birth ?? '') || !/^\d{8}$/.test(study ?? '')) return null
  const age = Math.floor((Number(study) - Number(birth)) / 10_000)
  return age >= 0 && age < 150 ? age : null
}
