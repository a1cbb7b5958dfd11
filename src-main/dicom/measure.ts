import { createHash } from 'node:crypto'
import { fingerprintOf, type Fingerprint } from './perceptual.ts'
import type { Frame } from './read/pixels.ts'

/** Side of the small picture that a film is judged by. */
export const EXAMINED = 32

/** What is known of a film once its pixels were at hand: enough to judge it, and to find it again among others, without a second decoding. */
export interface Measures extends Fingerprint {
  width: number
  height: number
  /** 16 bytes: films of equal stored samples have the same, whatever they were compressed with. */
  pixels: Uint8Array
  /** The displayed picture, squished to `EXAMINED * EXAMINED` grey values. */
  small: Uint8Array
  /** Greys of the small picture, 0 to 255. */
  mean: number
  deviation: number
  /** View Position (0018,5101), body part and the series' name; null where the header is silent, and for pictures. */
  view: string | null
  bodyPart: string | null
  seriesDescription: string | null
}

/** What a header says of itself, as far as it matters here. */
interface Header {
  viewPosition?: string | null | undefined
  bodyPart?: string | null | undefined
  seriesDescription?: string | null | undefined
}

/** @param small the displayed picture, `EXAMINED * EXAMINED` */
export function measuresOf(frame: Frame, small: Uint8Array, header: Header | null): Measures {
  const { viewPosition: view = null, bodyPart = null, seriesDescription = null } = header ?? {}
  return { ...fingerprintOf(small, EXAMINED), ...spread(small), width: frame.columns, height: frame.rows, pixels: digest(frame), small, view, bodyPart, seriesDescription }
}

/** SHA-256, cut to 128 bits: of a billion films no two meet by chance. */
function digest({ pixels, rows, columns, samples }: Frame): Uint8Array {
  const bytes = new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength)
  return createHash('sha256').update(`${columns} ${rows} ${samples} `).update(bytes).digest().subarray(0, 16)
}

function spread(greys: Uint8Array): { mean: number; deviation: number } {
  const mean = greys.reduce((sum, grey) => sum + grey, 0) / greys.length
  return { mean, deviation: Math.sqrt(greys.reduce((sum, grey) => sum + (grey - mean) ** 2, 0) / greys.length) }
}
