/**
 * What a film says of millimetres. A projection has no one scale: Imager Pixel Spacing (0018,1164) holds at the detector, Pixel Spacing (0028,0030)
 * only counts as calibrated when Pixel Spacing Calibration Type (0028,0A02) says so or when it differs from the detector's (PS3.3 10.7.1.3).
 */
export function scaleText(detector: readonly number[], spacing: readonly number[], calibration: string): string {
  const mm = (values: readonly number[]): string => `${values[0]!.toFixed(3)} mm/px`
  const differs = spacing.length > 0 && detector.length > 0 && spacing.some((value, i) => Math.abs(value - detector[i]!) > 1e-6)
  if (spacing.length && (calibration || differs)) return `${mm(spacing)} calibrated${calibration ? ` (${calibration.toLowerCase()})` : ''}`
  if (detector.length) return `${mm(detector)} at detector`
  return spacing.length ? `${mm(spacing)} uncalibrated` : 'uncalibrated'
}
