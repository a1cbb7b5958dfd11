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
