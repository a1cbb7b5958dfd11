import { EXAMINED } from '#main/dicom/index.ts'
import { standardised } from './likeness.ts'

/** Steps of a stored value in one standard deviation. */
const SCALE = 40

/** The mean of standardised small pictures, as bytes (signed, `SCALE` to a standard deviation). */
export function meanFilm(films: readonly Uint8Array[]): Int8Array {
  const sum = new Float64Array(EXAMINED * EXAMINED)
  for (const film of films) standardised(film).forEach((value, i) => (sum[i]! += value))
  return Int8Array.from(sum, (value) => Math.max(-127, Math.min(127, Math.round((SCALE * value) / films.length))))
}
