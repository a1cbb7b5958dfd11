import type { LabelReading } from '#shared/domain/labelEdits.ts'
import { RAW_VALUES } from '../labelMasks.ts'
import type { Masks, RawValue } from '../labelMasks.ts'
import { allBits, clearBit, emptyBits, setBit, subtract, unite } from './bits.ts'
import type { Bits } from './bits.ts'

/** Columns of which a row has one of a few values, or a rank; `patient` alone names no values, only the order. */
export const CODED = ['patient', 'age', 'sex', 'view', 'source', 'problem', 'part'] as const
export type CodedName = (typeof CODED)[number]

export type Codes = Uint8Array<ArrayBuffer> | Uint16Array<ArrayBuffer> | Uint32Array<ArrayBuffer>

/** Of each row a number that stands for its value and sorts as the value does; null sorts first. */
export interface Coded {
  values: (string | number | null)[]
  codes: Codes
}


/** What filters, counts and sorts of a data set need of its rows, in the order of the set: about 25 bytes a row. */
export interface Columns {
  rows: number
  /** Of table `dataset_images`. */
  keys: Uint32Array<ArrayBuffer>
  coded: Record<CodedName, Coded>
  /** Of each value one bitmap a label, in the order of `LABELS`: as edited. */
  labels: Record<RawValue, Bits[]>
  /** The same as the source says it. */
  raw: Record<RawValue, Bits[]>
}

/** The labels of all rows in one reading. */
export type LabelBits = Pick<Columns, 'rows' | 'labels'>

export const readAs = ({ rows, labels, raw }: Columns, reading: LabelReading = 'edited'): LabelBits => ({ rows, labels: reading === 'raw' ? raw : labels })

/** Rows of which somebody changed a label. */
export function editedBits({ rows, labels, raw }: Columns): Bits {
  const found = emptyBits(rows)
  for (const value of RAW_VALUES) {
    labels[value].forEach((bits, i) => {
      const source = raw[value][i]!
      for (let word = 0; word < found.length; word++) found[word]! |= bits[word]! ^ source[word]!
    })
  }
  return found
}

/** Rows whose label is not mentioned. */
export function blankBits({ rows, labels }: LabelBits, label: number): Bits {
  return RAW_VALUES.reduce((blank, value) => subtract(blank, labels[value][label]!), allBits(rows))
}

/** Rows with a positive label. */
export function labelledBits({ labels: { positive } }: Pick<Columns, 'labels'>): Bits {
  return positive.slice(1).reduce(unite, positive[0]!.slice())
}

/** Set the labels of one row from its masks, a bit a label. */
export function setLabels(labels: Columns['labels'], row: number, masks: Masks): void {
  for (const value of RAW_VALUES) for (const bits of labels[value]) clearBit(bits, row)
  addLabels(labels, row, masks)
}

/** The same for a row that has none yet. */
export function addLabels(labels: Columns['labels'], row: number, masks: Masks): void {
  for (const value of RAW_VALUES) {
    for (let mask = masks[value]; mask !== 0; mask &= mask - 1) setBit(labels[value][31 - Math.clz32(mask & -mask)]!, row)
  }
}

/** Codes of `count` values for a number of rows, as narrow as they go. */
export function codesFor(count: number, rows: number): Codes {
  return count <= 0x100 ? new Uint8Array(rows) : count <= 0x1_0000 ? new Uint16Array(rows) : new Uint32Array(rows)
}

/** Values in their first order, numbered as they come; `sorted` makes them `Coded`. */
export class Values {
  readonly #numbers = new Map<string | number | null, number>()
  readonly #codes: Uint32Array

  constructor(rows: number) {
    this.#codes = new Uint32Array(rows)
  }

  get size(): number {
    return this.#numbers.size
  }

  set(row: number, value: string | number | null): void {
    let number = this.#numbers.get(value)
    if (number === undefined) this.#numbers.set(value, (number = this.#numbers.size))
    this.#codes[row] = number
  }

  sorted(): Coded {
    const values = [...this.#numbers.keys()].sort(ascending)
    const rank = new Uint32Array(values.length)
    values.forEach((value, at) => (rank[this.#numbers.get(value)!] = at))
    const codes = codesFor(values.length, this.#codes.length)
    for (let row = 0; row < codes.length; row++) codes[row] = rank[this.#codes[row]!]!
    return { values, codes }
  }
}

/** As SQLite sorts: null, numbers, text. */
function ascending(a: string | number | null, b: string | number | null): number {
  if (a === null || b === null) return Number(b === null) - Number(a === null)
  return a < b ? -1 : Number(a > b)
}
