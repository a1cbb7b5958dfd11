/**
 * `d` of a thin line through values, in a box of `width` by `height`; nulls break the line, a lone value becomes a dot's length.
 * @param range of the values; left out: that of the values themselves
 */
export function sparkline(values: readonly (number | null)[], width: number, height: number, range?: readonly [number, number]): string {
  const known = values.filter((value): value is number => value !== null && Number.isFinite(value))
  if (!known.length) return ''
  const [low, high] = range ?? [Math.min(...known), Math.max(...known)]
  const step = values.length > 1 ? width / (values.length - 1) : 0
  const y = (value: number): string => fixed(high > low ? height - ((Math.max(low, Math.min(high, value)) - low) / (high - low)) * height : height / 2)
  let path = ''
  let drawing = false
  values.forEach((value, i) => {
    if (value === null || !Number.isFinite(value)) return void (drawing = false)
    path += `${drawing ? 'L' : 'M'}${fixed(i * step)} ${y(value)}`
    const alone = !drawing && !isNumber(values[i + 1])
    if (alone) path += 'h1'
    drawing = true
  })
  return path
}

/** `d` of the area between such a line and its floor, each piece of a broken line for itself. */
export function areaBelow(line: string, height: number): string {
  return line
    .split(/(?=M)/)
    .map((piece) => piece && `${piece}V${height}H${/^M([\d.]+)/.exec(piece)![1]}Z`)
    .join('')
}

const isNumber = (value: number | null | undefined): boolean => typeof value === 'number' && Number.isFinite(value)
const fixed = (value: number): string => String(Math.round(value * 100) / 100)
