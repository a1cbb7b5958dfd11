/** How long a film pixel is, and what that length is worth. */
export interface Scale {
  /** Millimetres of a pixel across and down; null where lengths can only be given in pixels. */
  mm: { across: number; down: number } | null
  /** For the corner of the film. */
  text: string
  /** For beside a measurement: where millimetres hold, or why there are none. */
  note: string
}

interface Tags {
  text(tag: string): string
  numbers(tag: string): number[]
}

const same = (a: readonly number[], b: readonly number[]): boolean => a.every((value, i) => Math.abs(value - b[i]!) < 1e-6)

/**
 * What a film says of millimetres. A projection has no one scale: Imager Pixel Spacing (0018,1164) holds at the detector, where everything is larger than in
 * the patient, unless Estimated Radiographic Magnification Factor (0018,1114) says by how much. Pixel Spacing (0028,0030) counts as calibrated when
 * Pixel Spacing Calibration Type (0028,0A02) says so or when it differs from the detector's (PS3.3 10.7.1.3).
 */
export function scaleOf({ text, numbers }: Tags): Scale {
  const detector = pair(numbers('00181164'))
  const spacing = pair(numbers('00280030'))
  const kind = text('00280A02').toLowerCase()
  const magnification = numbers('00181114')[0] ?? 0
  if (spacing && (kind || (detector && !same(spacing, detector)))) return inMillimetres(spacing, `calibrated${kind ? ` (${kind})` : ''}`)
  if (detector && magnification > 1) return inMillimetres(detector.map((value) => value / magnification), `corrected for a magnification of ${magnification}`)
  if (spacing && detector) return inMillimetres(spacing, 'at detector')
  if (spacing) return inMillimetres(spacing, 'uncalibrated')
  if (detector) return { mm: null, text: `${detector[1]!.toFixed(3)} mm/px at detector`, note: 'Pixels only: the film states millimetres at the detector, where everything is larger than in the patient.' }
  return { mm: null, text: 'uncalibrated', note: 'Pixels only: the film does not state how large its pixels are.' }
}

/** Rows' spacing comes first in the file (PS3.3 10.7.1.1). */
function inMillimetres([down = 0, across = 0]: readonly number[], worth: string): Scale {
  return { mm: { across, down }, text: `${across.toFixed(3)} mm/px ${worth}`, note: `Millimetres ${worth}.` }
}

const pair = (values: number[]): number[] | null => (values.length >= 2 && values.every((value) => value > 0) ? values.slice(0, 2) : null)
