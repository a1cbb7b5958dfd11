import sharp from 'sharp'
import { greyPicture, openFilm, type Film } from './films.ts'
import { EXAMINED } from './measure.ts'
import { resizeTriangle } from './render/resize.ts'

/** What an input gate needs of a film beside what the network sees of it. */
export interface Examination {
  /** Network input, `size * size` grey values. */
  input: Uint8Array
  /** The displayed picture, squished to `EXAMINED * EXAMINED` grey values. */
  small: Uint8Array
  width: number
  height: number
  /** Mean difference of the strongest and the weakest of red, green and blue, 0 (grey) to 1. */
  colour: number
  /** What the header says; null where it is silent and for PNG and JPEG. */
  view: string | null
  bodyPart: string | null
  seriesDescription: string | null
}

/** One decode for the network and for the gate before it. @throws as `openFilm` */
export async function examineFilm(path: string, size: number): Promise<Examination> {
  const film = await openFilm(path)
  const { pixels, width, height } = await greyPicture(film)
  const shrunk = (side: number): Uint8Array => resizeTriangle(pixels, width, height, side, side)
  const { viewPosition: view = null, bodyPart = null, seriesDescription = null } = film.metadata ?? {}
  return { input: shrunk(size), small: shrunk(EXAMINED), width, height, colour: await colourOf(film), view, bodyPart, seriesDescription }
}

async function colourOf(film: Film): Promise<number> {
  if (film.kind !== 'dicom') return chroma(await triples(film.bytes), 255)
  if (film.metadata?.samples === 1 && film.metadata.photometric !== 'PALETTE COLOR') return 0
  const { pixels, samples, bits } = await film.frame()
  return samples === 3 ? chroma(pixels, 2 ** bits - 1) : 0
}

/** Of a PNG or JPEG, small: what matters is whether there is colour, not where. */
async function triples(bytes: Uint8Array): Promise<ArrayLike<number>> {
  const image = sharp(bytes, { ignoreIcc: true })
  const { channels } = await image.metadata()
  return channels < 3 ? [] : image.removeAlpha().toColourspace('srgb').resize(2 * EXAMINED, 2 * EXAMINED, { fit: 'fill' }).raw().toBuffer()
}

function chroma(rgb: ArrayLike<number>, most: number): number {
  let sum = 0
  const pixels = Math.floor(rgb.length / 3)
  for (let i = 0; i < pixels; i++) {
    const [r, g, b] = [rgb[3 * i]!, rgb[3 * i + 1]!, rgb[3 * i + 2]!]
    sum += Math.max(r, g, b) - Math.min(r, g, b)
  }
  return pixels ? sum / pixels / most : 0
}
