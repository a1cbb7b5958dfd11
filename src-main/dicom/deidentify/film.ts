import type { DataSet } from 'dicom-parser'
import { CodedError } from '#shared/errors.ts'
import { attributes, type Attributes } from '../read/attributes.ts'
import { openDicom, type DicomFile } from '../read/index.ts'
import { EXPLICIT_LE, transferSyntax } from '../read/transfer-syntax.ts'
import { encodeMeta } from '../write/encode.ts'
import { burnedIn } from './burned-in.ts'
import { cleaned, type Rules } from './clean.ts'
import { encodeElements, type RawElement } from './elements.ts'
import { Pseudonyms } from './pseudonyms.ts'
import { padded } from './values.ts'
import { loadDictionary } from './vr.ts'

export interface DeidentifyOptions {
  /** Of the run, as hex: see `Pseudonyms`. */
  salt: string
  /** Move dates back by as many days for all films of a patient; otherwise they go. */
  shiftDates: boolean
  /** Also films that say themselves that there is text in their pixels. */
  keepBurnedIn: boolean
}

export interface Deidentified {
  /** A Part 10 file. */
  bytes: Uint8Array
  /** Pseudonym of the patient. */
  patient: string
  studyInstanceUid: string
  sopInstanceUid: string
  /** Why there may be text in the pixels; null where nothing hints at it. */
  burnedIn: string | null
}

/** CID 7050 of PS3.16. */
const METHODS = { basic: ['113100', 'Basic Application Confidentiality Profile'], dates: ['113107', 'Retain Longitudinal Temporal Information Modified Dates Option'] } as const

/**
 * A film without what tells whose it is: the Basic Application Level Confidentiality Profile (PS3.15 section E.2), pixels as they are.
 * @throws CodedError as `openDicom` (PNG and JPEG too are NOT_DICOM); BURNED_IN_TEXT; UNSUPPORTED_TRANSFER_SYNTAX
 */
export async function deidentifyFilm(content: Uint8Array, path: string, options: DeidentifyOptions): Promise<Deidentified> {
  await loadDictionary()
  const dicom = openDicom(content, path)
  const { dataSet } = dicom
  const said = attributes(dataSet)
  const text = burnedIn(said)
  if (text?.sure && !options.keepBurnedIn) {
    throw new CodedError('BURNED_IN_TEXT', 'The film says that there is text in its pixels, which may name the patient.', { file: path, remedy: 'Cover it in another program, or copy such films knowingly.' })
  }
  const pseudonyms = new Pseudonyms(options.salt)
  const person = personOf(said)
  const code = pseudonyms.patient(person)
  const rules: Rules = { pseudonyms, code, days: options.shiftDates ? pseudonyms.daysBack(person) : null, telling: tellingWords(said) }
  const elements = withMarks(cleaned(dataSet, dicom.transferSyntax.uid, rules), options.shiftDates, code)
  const uid = (tag: string): string => uidOf(elements, tag)
  const [sopClassUid, sopInstanceUid, studyInstanceUid] = [uid('00080016'), uid('00080018'), uid('0020000d')]
  const meta = encodeMeta({ sopClassUid, sopInstanceUid, transferSyntaxUid: codingOf(dicom) })
  return { bytes: new Uint8Array(Buffer.concat([meta, encodeElements(withoutOverlayBits(elements, dataSet))])), patient: code, studyInstanceUid, sopInstanceUid, burnedIn: text?.why ?? null }
}

/** Who it is, so that all films of a patient get one code: the ID, else the name, else nobody but this study. */
function personOf(said: Attributes): string {
  const id = said.text('x00100020')
  return id ? `id ${said.text('x00100021') ?? ''} ${id}` : `name ${said.text('x00100010') ?? said.text('x0020000d') ?? ''}`
}

/** Names of persons, numbers of patient and request, days of birth and study, at the top of the data set, as they might be repeated in free text. */
function tellingWords(said: Attributes): string[] {
  const names = ['x00100010', 'x00101001', 'x00101005', 'x00101060', 'x00080090', 'x00081048', 'x00081050', 'x00081060', 'x00081070'].flatMap((tag) => said.texts(tag).flatMap((name) => name.split(/[\s^=,]+/)))
  const numbers = ['x00100020', 'x00101000', 'x00080050', 'x00200010', 'x00380010'].flatMap((tag) => said.texts(tag))
  const dates = ['x00100030', 'x00080020'].flatMap((tag) => said.texts(tag))
  return [...new Set([...names, ...numbers, ...dates].map((word) => word.trim().toLowerCase()))].filter((word) => word.length >= 3)
}

/** What PS3.15 section E.1.1 has the object say of itself. */
function withMarks(elements: RawElement[], datesShifted: boolean, code: string): RawElement[] {
  const methods = [METHODS.basic, ...(datesShifted ? [METHODS.dates] : [])]
  const text = (tag: string, vr: string, value: string): RawElement => ({ tag, vr, value: padded(value, vr) })
  const marks = [
    text('00100010', 'PN', code),
    text('00100020', 'LO', code),
    text('00120062', 'CS', 'YES'),
    text('00120063', 'LO', methods.map(([, meaning]) => meaning.slice(0, 64)).join('\\')),
    { tag: '00120064', vr: 'SQ', value: methods.map(([value, meaning]) => [text('00080100', 'SH', value), text('00080102', 'SH', 'DCM'), text('00080104', 'LO', meaning)]) },
    text('00280303', 'CS', datesShifted ? 'MODIFIED' : 'REMOVED'),
  ]
  const set = new Set(marks.map(({ tag }) => tag))
  return [...elements.filter(({ tag }) => !set.has(tag)), ...marks]
}

function uidOf(elements: readonly RawElement[], tag: string): string {
  const value = elements.find((element) => element.tag === tag)?.value
  return value instanceof Uint8Array ? Buffer.from(value).toString('latin1').replace(/[\0 ]+$/, '') : ''
}

/** Compressed pixels stay as they are; uncompressed ones are written in explicit little endian. */
function codingOf({ transferSyntax: { uid, coding }, dataSet, path }: DicomFile): string {
  const encapsulated = dataSet.elements.x7fe00010?.fragments !== undefined
  if (encapsulated) return uid
  if (coding === 'native') return EXPLICIT_LE
  throw new CodedError('UNSUPPORTED_TRANSFER_SYNTAX', `Its coding (${uid}, ${transferSyntax(uid).name}) cannot be rewritten.`, { file: path })
}

/** Old overlays lie in the unused bits of the pixels (PS3.5 section 8.1.2, retired): they go with their groups. */
function withoutOverlayBits(elements: RawElement[], dataSet: DataSet): RawElement[] {
  const inPixels = Object.keys(dataSet.elements).some((tag) => /^x60..0102$/.test(tag) && (dataSet.uint16(tag) ?? 0) > 0)
  const [allocated, stored, high] = ['x00280100', 'x00280101', 'x00280102'].map((tag) => dataSet.uint16(tag) ?? 0)
  if (!inPixels || allocated !== 16 || stored === 16) return elements
  const mask = ((1 << stored!) - 1) << (high! + 1 - stored!)
  return elements.map((element) => {
    if (element.tag !== '7fe00010' || !(element.value instanceof Uint8Array)) return element
    // A copy of its own: a small Buffer shares its memory with others.
    const cells = new Uint16Array(Uint8Array.from(element.value).buffer)
    return { ...element, value: new Uint8Array(cells.map((cell) => cell & mask).buffer) }
  })
}
