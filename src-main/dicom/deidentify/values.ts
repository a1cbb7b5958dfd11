import { decimalString } from '../write/encode.ts'

/** What stands for a value that must not be empty (action D): nobody's. */
const DUMMIES: Record<string, string> = { DA: '19000101', TM: '000000', DT: '19000101000000', AS: '000Y', IS: '0', DS: decimalString(0), UI: '2.25.0' }
const NUMBERS = new Set(['US', 'SS', 'UL', 'SL', 'FL', 'FD', 'AT', 'OB', 'OW', 'OD', 'OF', 'OL', 'OV', 'SV', 'UV', 'UN'])

/** @param length of the value that it stands for, in bytes */
export function dummy(vr: string, length: number): Uint8Array {
  return NUMBERS.has(vr) ? new Uint8Array(length) : padded(DUMMIES[vr] ?? 'ANONYMIZED', vr)
}

/** Text of even length: UIDs with NUL, all else with a space (PS3.5 section 6.2). */
export function padded(text: string, vr: string): Uint8Array {
  const bytes = Buffer.from(text, 'latin1')
  return bytes.length % 2 ? Buffer.concat([bytes, Uint8Array.of(vr === 'UI' ? 0 : 0x20)]) : bytes
}
