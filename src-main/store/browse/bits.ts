/** Sets of rows as bitmaps: bit r of word r >> 5 is row r. A filter of a million rows is some ten thousand ANDs. */
export type Bits = Uint32Array<ArrayBuffer>

export const emptyBits = (rows: number): Bits => new Uint32Array((rows + 31) >>> 5)

/** Every row; the bits beyond the last stay 0, as everywhere. */
export function allBits(rows: number): Bits {
  const bits = emptyBits(rows).fill(0xffff_ffff)
  if (rows & 31) bits[bits.length - 1] = 0xffff_ffff >>> (32 - (rows & 31))
  return bits
}

export function setBit(bits: Bits, row: number): void {
  bits[row >>> 5]! |= 1 << (row & 31)
}

export function clearBit(bits: Bits, row: number): void {
  bits[row >>> 5]! &= ~(1 << (row & 31))
}

/** `target` keeps only what is in `other` too. */
export function intersect(target: Bits, other: Bits): Bits {
  for (let i = 0; i < target.length; i++) target[i]! &= other[i]!
  return target
}

export function unite(target: Bits, other: Bits): Bits {
  for (let i = 0; i < target.length; i++) target[i]! |= other[i]!
  return target
}

/** `target` loses what is in `other`. */
export function subtract(target: Bits, other: Bits): Bits {
  for (let i = 0; i < target.length; i++) target[i]! &= ~other[i]!
  return target
}

export function countBits(bits: Bits): number {
  let sum = 0
  for (let i = 0; i < bits.length; i++) sum += ones(bits[i]!)
  return sum
}

/** Rows in both. */
export function countBoth(a: Bits, b: Bits): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += ones(a[i]! & b[i]!)
  return sum
}

/** The rows of a set, ascending. */
export function rowsOf(bits: Bits): Uint32Array<ArrayBuffer> {
  const rows = new Uint32Array(countBits(bits))
  let at = 0
  for (let i = 0; i < bits.length; i++) {
    for (let word = bits[i]!; word !== 0; word &= word - 1) rows[at++] = (i << 5) + 31 - Math.clz32(word & -word)
  }
  return rows
}

/** Set bits of a word, added up in parallel (Warren, Hacker's Delight, 5-1). */
function ones(word: number): number {
  let x = word - ((word >>> 1) & 0x5555_5555)
  x = (x & 0x3333_3333) + ((x >>> 2) & 0x3333_3333)
  return Math.imul((x + (x >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24
}
