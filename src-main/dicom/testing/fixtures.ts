import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Small films made by test/fixtures/make_dicom.py, 40 rows by 32 columns, and what pydicom and Pillow make of them. */
export const FIXTURES = join(import.meta.dirname, '../../../test/fixtures/dicom')
export const ROWS = 40
export const COLUMNS = 32

export const fixture = (name: string): string => join(FIXTURES, name)
export const fixtureBytes = (name: string): Uint8Array => new Uint8Array(readFileSync(fixture(name)))

/** Golden file of bytes, or of little-endian 16-bit words. */
export const golden8 = (name: string): Uint8Array => fixtureBytes(`golden/${name}.bin`)
export const golden16 = (name: string): Uint16Array => new Uint16Array(golden8(name).buffer)

/** Largest difference of two arrays of the same length. */
export function maxDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity
  let most = 0
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs(a[i]! - b[i]!))
  return most
}
