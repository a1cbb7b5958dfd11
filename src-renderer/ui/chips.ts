const GAP = 4
/** Room for `+12`. */
const COUNT = 28

/** How many chips of these widths fit into a line, with room for the number of the others where there are others. Pixels. */
export function fitting(widths: readonly number[], room: number, more: number): number {
  let used = 0
  for (const [i, width] of widths.entries()) {
    const last = i === widths.length - 1 && !more
    if (used + width + (last ? 0 : GAP + COUNT) > room) return i
    used += width + GAP
  }
  return widths.length
}

/** Padding and border of a chip, both sides. */
const AROUND = 18
const known = new Map<string, number>()
let ruler: CanvasRenderingContext2D | null = null

/**
 * Width of a chip of a text, pixels, without laying it out: a list that scrolls asks for hundreds a second.
 * @param like an element that has the chips' font
 */
export function chipWidth(text: string, like: Element): number {
  // Figures are as wide as each other in the page, not on a canvas.
  const even = text.replaceAll(/\d/g, '0')
  const width = known.get(even) ?? measured(even, like)
  known.set(even, width)
  return width
}

function measured(text: string, like: Element): number {
  if (!ruler) {
    ruler = document.createElement('canvas').getContext('2d')!
    ruler.font = getComputedStyle(like).font
  }
  return Math.ceil(ruler.measureText(text).width) + AROUND
}
