import type { DecodePool } from '#main/dicom/index.ts'
import type { FilmFormat } from './films.ts'

/** Films of each format that are timed, and how many at a time. */
const SAMPLE = 256
const BATCH = 16
const SIZE = 224

/**
 * Minutes to open, decode and resize each film once on all cores, from a sample spread over the set; the formats take turns, so that whatever else
 * the machine does falls on both.
 * @param pathsOf films in the same order for both
 */
export async function minutesToRead(pool: DecodePool, pathsOf: (format: FilmFormat) => string[], signal: AbortSignal): Promise<Record<FilmFormat, number>> {
  const paths = { dicom: pathsOf('dicom'), jpeg: pathsOf('jpeg') }
  const total = paths.dicom.length
  const stride = Math.max(1, Math.floor(total / SAMPLE))
  const sample = Array.from({ length: Math.min(total, SAMPLE) }, (_, i) => i * stride)
  const seconds = { dicom: 0, jpeg: 0 }
  const read = (format: FilmFormat, films: number[]): Promise<unknown> => Promise.all(films.map((film) => pool.run({ task: 'input', path: paths[format][film]!, size: SIZE }, { signal })))
  // Once before the clock runs: the decoders of a format are loaded with its first film.
  for (const format of ['dicom', 'jpeg'] as const) await read(format, sample.slice(0, 1))
  for (let at = 0; at < sample.length; at += BATCH) {
    for (const format of (at / BATCH) % 2 ? (['jpeg', 'dicom'] as const) : (['dicom', 'jpeg'] as const)) {
      const began = performance.now()
      await read(format, sample.slice(at, at + BATCH))
      seconds[format] += (performance.now() - began) / 1000
    }
  }
  const minutes = (format: FilmFormat): number => ((seconds[format] / sample.length) * total) / 60
  return { dicom: minutes('dicom'), jpeg: minutes('jpeg') }
}
