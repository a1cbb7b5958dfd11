/** How numbers, times and dates are written everywhere. */

/** Two decimals: `0.83`. */
export const probability = (value: number): string => value.toFixed(2)

/** Three decimals, `–` when undefined. */
export const auc = (value: number | null): string => (value === null ? '–' : value.toFixed(3))

export const count = (value: number): string => value.toLocaleString('en')

/** `12.3`, `148`, `1,204`: three significant figures, never an exponent. */
export function rate(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString('en')
  return value >= 10 ? value.toFixed(1) : value.toFixed(2)
}

/** `1 h 12 min`, `4 min 05 s`, `9 s`, `0.4 s`. */
export function duration(seconds: number): string {
  if (seconds < 10 && seconds % 1 !== 0) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60]
  if (hours) return `${count(hours)} h ${String(minutes).padStart(2, '0')} min`
  return minutes ? `${minutes} min ${String(rest).padStart(2, '0')} s` : `${rest} s`
}

/** `1.4 GB`, powers of ten. */
export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  const power = value < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(value) / 3))
  const scaled = value / 1000 ** power
  return `${power === 0 || scaled >= 100 ? Math.round(scaled) : scaled.toFixed(1)} ${units[power]}`
}

/** To make one costs more than to draw a row of a list. */
const DAY = new Intl.DateTimeFormat(undefined, { year: 'numeric', month: 'short', day: '2-digit' })

/** DA (`20240131`) in the user's locale; what is no date stays as it is. */
export function dicomDate(da: string): string {
  const parts = /^(\d{4})(\d{2})(\d{2})$/.exec(da)
  if (!parts) return da
  return DAY.format(new Date(Number(parts[1]), Number(parts[2]) - 1, Number(parts[3])))
}

/** ISO time in the user's locale, to the minute. */
export const dateTime = (iso: string): string => new Date(iso).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' })

/** `63 M`, `63`, `M` or empty. */
export const ageSex = (age: number | null, sex: string | null): string => [age === null ? '' : String(age), sex ?? ''].filter(Boolean).join(' ')
