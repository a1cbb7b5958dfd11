import type { DataSet, Element } from 'dicom-parser'
import type { DicomTag } from '#shared/domain/study.ts'
import { textDecoder } from './text.ts'
import type { TextOf } from './text.ts'
import type { ParsedDicom } from './parse.ts'

const PREVIEW = 120
/** Rows below deeper sequences are left out: real files nest four or five of them, an enemy's thousands. */
const DEEPEST = 100
const TEXT = new Set(['AE', 'AS', 'CS', 'DA', 'DS', 'DT', 'IS', 'LO', 'LT', 'PN', 'SH', 'ST', 'TM', 'UC', 'UI', 'UR', 'UT'])

/** Every attribute in file order, the items of sequences below theirs, with a short preview of the value (PS3.6 keywords). */
export async function listTags(dicom: ParsedDicom): Promise<DicomTag[]> {
  // Only the tag browser needs the dictionary; workers start faster without it.
  const { dictionary } = (await import('dcmjs')).default.data.DicomMetaDictionary
  return [dicom.meta, dicom.dataSet].flatMap((dataSet) => (dataSet ? list(dataSet, 0, textDecoder([]), dictionary) : []))
}

type Dictionary = Record<string, { vr: string; name: string } | undefined>

function list(dataSet: DataSet, depth: number, inherited: TextOf, dictionary: Dictionary): DicomTag[] {
  const charset = dataSet.string('x00080005')
  const decode = charset ? textDecoder(charset.split('\\')) : inherited
  return Object.values(dataSet.elements)
    .sort((a, b) => (a.tag < b.tag ? -1 : 1))
    .flatMap((element) => {
      const tag = `(${element.tag.slice(1, 5)},${element.tag.slice(5)})`.toUpperCase()
      const { vr, name } = lookUp(tag, dictionary)
      const row: DicomTag = { tag, vr: element.vr ?? vr, keyword: name, value: '', depth }
      row.value = preview(dataSet, element, row.vr, decode)
      const items = (depth < DEEPEST ? (element.items ?? []) : []).flatMap((item, i) => [
        { tag: `item ${i + 1}`, vr: '', keyword: '', value: '', depth: depth + 1 },
        ...(item.dataSet ? list(item.dataSet, depth + 2, decode, dictionary) : []),
      ])
      return [row, ...items]
    })
}

function lookUp(tag: string, dictionary: Dictionary): { vr: string; name: string } {
  const known = dictionary[tag]
  if (known) return { vr: /^[A-Z]{2}$/.test(known.vr) ? known.vr : 'UN', name: known.name }
  if (tag.endsWith(',0000)')) return { vr: 'UL', name: 'GroupLength' }
  return { vr: 'UN', name: parseInt(tag.slice(1, 5), 16) % 2 ? 'Private' : '' }
}

function preview(dataSet: DataSet, element: Element, vr: string, decode: TextOf): string {
  if (element.items) return `${element.items.length} item${element.items.length === 1 ? '' : 's'}`
  if (element.fragments) return `${element.fragments.length} fragments`
  if (element.length === 0) return ''
  const { tag, length, dataOffset } = element
  if (TEXT.has(vr)) {
    const text = decode(dataSet.byteArray.subarray(dataOffset, dataOffset + Math.min(length, 8 * PREVIEW))).replace(/[\s\0]+$/, '')
    return text.length > PREVIEW ? `${text.slice(0, PREVIEW)}…` : text
  }
  const reader = numbers(dataSet, vr)
  if (!reader) return `${length} bytes`
  const count = Math.floor(length / reader.size)
  const shown = Array.from({ length: Math.min(count, 16) }, (_, i) => reader.read(tag, i))
  return shown.join('\\') + (count > 16 ? `… (${count} values)` : '')
}

function numbers(dataSet: DataSet, vr: string): { size: number; read: (tag: string, i: number) => unknown } | null {
  const hex = (value: number | undefined) => (value ?? 0).toString(16).padStart(4, '0')
  switch (vr) {
    case 'US': return { size: 2, read: (tag, i) => dataSet.uint16(tag, i) }
    case 'SS': return { size: 2, read: (tag, i) => dataSet.int16(tag, i) }
    case 'UL': return { size: 4, read: (tag, i) => dataSet.uint32(tag, i) }
    case 'SL': return { size: 4, read: (tag, i) => dataSet.int32(tag, i) }
    case 'FL': return { size: 4, read: (tag, i) => dataSet.float(tag, i) }
    case 'FD': return { size: 8, read: (tag, i) => dataSet.double(tag, i) }
    case 'AT': return { size: 4, read: (tag, i) => `(${hex(dataSet.uint16(tag, 2 * i))},${hex(dataSet.uint16(tag, 2 * i + 1))})` }
    default: return null
  }
}
