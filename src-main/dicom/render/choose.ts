import { CodedError } from '#shared/errors.ts'
import type { Frame } from '../read/pixels.ts'
import { defaultDisplay, percentileDisplay } from '#shared/display/grey.ts'
import type { Display, Greyscale } from '#shared/display/grey.ts'
import { isValidWindow } from '#shared/display/voi.ts'

/** How a film may be asked for: its own first window, its VOI LUT, percentiles of its pixels, or these values; undefined for how it is first shown. */
export type WindowChoice = 'file' | 'voilut' | 'auto' | { center: number; width: number } | undefined

/**
 * @param file named in errors
 * @throws CodedError NO_WINDOW, NO_VOI_LUT, BAD_WINDOW
 */
export function chosenDisplay(film: Greyscale, frame: Frame, choice: WindowChoice, file: string): Display {
  const { voiFunction } = film
  if (choice === undefined) return defaultDisplay(film, frame)
  if (choice === 'auto') return percentileDisplay(film, frame)
  if (choice === 'voilut') {
    const [lut] = film.voiLuts
    if (!lut) throw new CodedError('NO_VOI_LUT', 'The film has no VOI LUT.', { file, remedy: 'Take its window, or --window auto.' })
    return { kind: 'lut', source: 'file', lut }
  }
  if (choice === 'file') {
    const window = film.windows.find((one) => isValidWindow(one, voiFunction))
    if (!window) throw new CodedError('NO_WINDOW', 'The film names no window that can be used.', { file, remedy: 'Name one as C,W, or take --window auto.' })
    return { kind: 'window', source: 'file', window, function: voiFunction }
  }
  const window = { ...choice, explanation: null }
  if (!isValidWindow(window, voiFunction)) throw new CodedError('BAD_WINDOW', `A ${voiFunction} window cannot be ${choice.width} wide.`, { file })
  return { kind: 'window', source: 'asked', window, function: voiFunction }
}
