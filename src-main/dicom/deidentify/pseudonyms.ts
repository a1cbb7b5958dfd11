import { createHmac } from 'node:crypto'

/** Days that dates are moved back by: at least one, and not so many that ages and detectors make no sense. */
const MOST_DAYS = 3650

/**
 * Other names for the same things, for one run: equal originals get equal pseudonyms, and without the salt, which nobody keeps, there is no way back.
 * HMAC-SHA256; nothing is stored, so films of a study that are worked on apart still belong together.
 */
export class Pseudonyms {
  readonly #salt

  /** @param salt at least 128 random bits, as hex */
  constructor(salt: string) {
    this.#salt = Buffer.from(salt, 'hex')
  }

  /** A UUID under 2.25 (PS3.5 annex B.2). */
  uid(original: string): string {
    return `2.25.${BigInt(`0x${this.#digest('uid', original).subarray(0, 16).toString('hex')}`)}`
  }

  /** Twelve digits of base 16. */
  patient(original: string): string {
    return `ANON-${this.#digest('patient', original).subarray(0, 6).toString('hex').toUpperCase()}`
  }

  /** The same for all dates of a patient, so that what lies between them stays. */
  daysBack(patient: string): number {
    return 1 + (this.#digest('days', patient).readUInt32BE(0) % MOST_DAYS)
  }

  #digest(kind: string, original: string): Buffer {
    return createHmac('sha256', this.#salt).update(`${kind}\0${original}`).digest()
  }
}

/** A DA (`YYYYMMDD`) or the date at the start of a DT, so many days earlier; null where there is no date. */
export function shifted(value: string, days: number): string | null {
  const match = /^(\d{4})\.?(\d{2})\.?(\d{2})(.*)$/.exec(value.trim())
  if (!match) return null
  const [, year, month, day, rest = ''] = match
  const at = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)))
  if (at.getUTCMonth() !== Number(month) - 1) return null
  at.setUTCDate(at.getUTCDate() - days)
  return at.toISOString().slice(0, 10).replaceAll('-', '').padStart(8, '0') + rest
}
