import type { DataSet, Element } from 'dicom-parser'
import { textDecoder } from './text.ts'
import type { TextOf } from './text.ts'

/** Typed reading of one data set, or of one item of a sequence. Absent, empty and malformed values are null. */
export interface Attributes {
  text(tag: string): string | null
  texts(tag: string): string[]
  /** Decimal or integer string (DS, IS). */
  decimal(tag: string): number | null
  decimals(tag: string): number[]
  /** US or SS. In an implicit data set `signed` decides, since it names no VR. */
  short(tag: string, signed?: boolean, index?: number): number | null
  bytes(tag: string): Uint8Array | null
  /** 16-bit words in the byte order of the data set. */
  words(tag: string): Uint16Array | null
  vr(tag: string): string | null
  items(tag: string): Attributes[]
  has(tag: string): boolean
}

export function attributes(dataSet: DataSet, inherited?: TextOf): Attributes {
  const raw = (tag: string): Uint8Array | null => {
    const element = dataSet.elements[tag]
    return element && element.length > 0 && !element.items ? slice(dataSet, element) : null
  }
  const charset = raw('x00080005')
  const decode = charset ? textDecoder(trimmed(new TextDecoder('iso-8859-1').decode(charset)).split('\\')) : (inherited ?? textDecoder([]))
  const texts = (tag: string): string[] => {
    const value = raw(tag)
    return value ? trimmed(decode(value)).split('\\').map(trimmed) : []
  }
  const numbers = (tag: string) => texts(tag).map((value) => (value === '' ? NaN : Number(value))).filter(Number.isFinite)
  return {
    texts,
    text: (tag) => texts(tag)[0] || null,
    decimals: numbers,
    decimal: (tag) => numbers(tag)[0] ?? null,
    short(tag, signed = false, index = 0) {
      const element = dataSet.elements[tag]
      if (!element || element.length < 2 * (index + 1)) return null
      const asSigned = element.vr === 'SS' || (element.vr !== 'US' && signed)
      return (asSigned ? dataSet.int16(tag, index) : dataSet.uint16(tag, index)) ?? null
    },
    bytes: raw,
    words(tag) {
      const value = raw(tag)
      return value && Uint16Array.from({ length: value.length >> 1 }, (_, i) => dataSet.uint16(tag, i) ?? 0)
    },
    vr: (tag) => dataSet.elements[tag]?.vr ?? null,
    items: (tag) => (dataSet.elements[tag]?.items ?? []).flatMap((item) => (item.dataSet ? [attributes(item.dataSet, decode)] : [])),
    has: (tag) => tag in dataSet.elements,
  }
}

const slice = (dataSet: DataSet, element: Element) => dataSet.byteArray.subarray(element.dataOffset, element.dataOffset + element.length)

/** Values are padded to even length with a space, UIDs with NUL; leading spaces carry no meaning in the VRs we read. */
const trimmed = (text: string) => text.replace(/^[\s\0]+|[\s\0]+$/g, '')
