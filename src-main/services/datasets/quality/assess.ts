import type { QualityFinding } from '#shared/domain/quality.ts'
import type { FilmMeasures, MeasuredRow } from '#main/store/repositories/filmMeasures.ts'
import { LIKE_A_FRONTAL, LIKE_ITS_MIRROR, lateralView } from '../../gate/checks.ts'

/** Standard deviation of greys below which a film is blank; that of the flattest of the 144 sample films is 27. */
export const BLANK_DEVIATION = 8
/** Pixels of the shorter side below which a film has less than networks look at. */
export const TINY_SIDE = 224
/** Robust deviations from the median of the set beyond which a film's brightness or contrast is out of the ordinary (Iglewicz and Hoaglin, *How to Detect and Handle Outliers*, 1993); the sample films reach 2.9. */
export const OUTLYING = 3.5

/** Of what a set is like: median, and the median of the distances from it scaled to a standard deviation. */
export interface Ordinary {
  median: number
  deviation: number
}

export interface Intensities {
  mean: Ordinary
  contrast: Ordinary
}

/** Films of a set fewer than this have no ordinary. */
const LEAST = 10
/** Where most films are equal, a grey level is the least that counts as a deviation. */
const LEAST_DEVIATION = 1

export function ordinaryOf(values: Float32Array): Ordinary {
  if (values.length < LEAST) return { median: 0, deviation: Infinity }
  const median = middle(values)
  return { median, deviation: Math.max(LEAST_DEVIATION, 1.4826 * middle(values.map((value) => Math.abs(value - median)))) }
}

function middle(values: Float32Array): number {
  const ordered = values.toSorted()
  return (ordered[(ordered.length - 1) >> 1]! + ordered[ordered.length >> 1]!) / 2
}

export const isBlank = ({ deviation }: Pick<FilmMeasures, 'deviation'>): boolean => deviation < BLANK_DEVIATION

/** What speaks against a film by itself, and beside the others of its set. */
export function findingsOf({ film, view }: MeasuredRow, ordinary: Intensities): QualityFinding[] {
  if (!film) return []
  if ('code' in film) return [{ reason: 'unreadable', figure: null, threshold: null, words: `${film.code}: ${film.message}` }]
  const blank = isBlank(film)
  const found: QualityFinding[] = blank ? [{ reason: 'blank', figure: film.deviation, threshold: BLANK_DEVIATION, words: 'Its greys hardly differ (standard deviation of 255).' }] : lookOf(film, view)
  const side = Math.min(film.width, film.height)
  if (side < TINY_SIDE) found.push({ reason: 'tiny', figure: side, threshold: TINY_SIDE, words: `It has ${film.width} x ${film.height} pixels.` })
  return blank ? found : [...found, ...intensityOf(film, ordinary)]
}

/** The limits are the input gate's. */
function lookOf({ likeness, symmetry, lateral }: FilmMeasures, listed: string): QualityFinding[] {
  const said = lateral || lateralView({ view: null, seriesDescription: null }, listed)?.name
  if (said) return [{ reason: 'lateral', figure: null, threshold: null, words: `It is called "${said}".` }]
  if (likeness <= -LIKE_A_FRONTAL) return [{ reason: 'inverted', figure: likeness, threshold: -LIKE_A_FRONTAL, words: 'Likeness to the mean frontal film: lungs bright, bones dark.' }]
  if (symmetry < LIKE_ITS_MIRROR) return [{ reason: 'lateral', figure: symmetry, threshold: LIKE_ITS_MIRROR, words: 'Likeness of its left half to its right one, as in a lateral view.' }]
  return []
}

function intensityOf({ mean, deviation }: FilmMeasures, ordinary: Intensities): QualityFinding[] {
  const [brightness, contrast] = [(mean - ordinary.mean.median) / ordinary.mean.deviation, (deviation - ordinary.contrast.median) / ordinary.contrast.deviation]
  const [figure, what, value] = Math.abs(brightness) >= Math.abs(contrast) ? [brightness, 'Brightness', mean] : [contrast, 'Contrast', deviation]
  if (Math.abs(figure) <= OUTLYING) return []
  return [{ reason: 'intensity', figure: Math.abs(figure), threshold: OUTLYING, words: `${what} ${value.toFixed(0)} of 255, ${figure < 0 ? 'below' : 'above'} what is usual here (robust deviations).` }]
}
