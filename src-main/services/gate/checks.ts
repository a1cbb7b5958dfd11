import type { GateReason } from '#shared/domain/gate.ts'
import { EXAMINED, type Examination } from '#main/dicom/index.ts'
import { frontalFilm } from './frontal.ts'
import { correlation, symmetry } from './likeness.ts'

/**
 * Correlation with the mean frontal film below which a film does not look like one. Of the 144 sample films, each against the mean of the other
 * patients', one (of a patient far off the middle) lies below, and the next at .49; turned upside down 139 do, and inverted all.
 */
export const LIKE_A_FRONTAL = 0.35
/** A film whose two halves are less alike than this is no frontal one; the least of the 144 sample films has .32. */
export const LIKE_ITS_MIRROR = 0.3
/** Mean chroma above which a film is in colour: beyond what JPEG and the tint of a scan leave on a grey one. */
export const COLOURED = 0.04

/** View Position (0018,5101) of lateral films (PS3.3 C.8.11.5.1.1, C.8.1.2), and what label files call them. */
const LATERAL_VIEW = /^(LL|RL|LLD|RLD|LAT|LATERAL|.*\bLATERAL\b.*)$/i
const LATERAL_SERIES = /\blat(eral)?\b/i
const CHEST = /CHEST|THORAX|LUNG|RIB|HEART|STERNUM|CLAVICLE|TSPINE/i

/** What a film itself tells, without any model. @param view as the label file of its data set has it, else empty */
export function filmReasons(film: Examination, size: number, view = ''): GateReason[] {
  return [...viewReasons(film, view), ...pictureReasons(film), ...formReasons(film, size)]
}

/** What calls a film lateral: its view or what the label file says of it, else the name of its series; null when nothing does. @param listed as the label file has it */
export function lateralView({ view, seriesDescription }: Pick<Examination, 'view' | 'seriesDescription'>, listed: string): { name: string; by: 'view' | 'series' } | null {
  const name = [view, listed].find((one) => one && LATERAL_VIEW.test(one))
  if (name) return { name, by: 'view' }
  return !view && seriesDescription && LATERAL_SERIES.test(seriesDescription) ? { name: seriesDescription, by: 'series' } : null
}

function viewReasons(film: Examination, listed: string): GateReason[] {
  const { bodyPart } = film
  const lateral = lateralView(film, listed)
  const reasons: GateReason[] = []
  if (lateral?.by === 'view') reasons.push({ code: 'lateral', message: `The film is a lateral view (${lateral.name}); the model knows frontal films.` })
  else if (lateral) reasons.push({ code: 'lateral', message: 'The name of its series calls the film lateral; the model knows frontal films.' })
  if (bodyPart && !CHEST.test(bodyPart)) reasons.push({ code: 'not-frontal-chest', message: `The film is of another part of the body (${bodyPart}).` })
  return reasons
}

function pictureReasons({ small }: Examination): GateReason[] {
  const likeness = correlation(small, frontalFilm())
  const figure = `likeness ${likeness.toFixed(2)} of 1`
  if (likeness <= -LIKE_A_FRONTAL) return [{ code: 'inverted', message: `The film seems inverted: lungs bright, bones dark (${figure}).` }]
  const halves = symmetry(small, EXAMINED)
  if (halves < LIKE_ITS_MIRROR) return [{ code: 'lateral', message: `The left and right halves are unlike each other (${halves.toFixed(2)} of 1), as in a lateral view or on a film that is no radiograph of a chest.` }]
  if (likeness < LIKE_A_FRONTAL) return [{ code: 'not-frontal-chest', message: `The film does not look like a frontal radiograph of a chest that stands upright (${figure}).` }]
  return []
}

function formReasons({ colour, width, height }: Examination, size: number): GateReason[] {
  const reasons: GateReason[] = []
  if (colour > COLOURED) reasons.push({ code: 'colour', message: 'The film is in colour; the model knows grey ones.' })
  if (Math.min(width, height) < size) reasons.push({ code: 'low-resolution', message: `The film has ${width} x ${height} pixels; the model looks at ${size} x ${size}.` })
  return reasons
}
