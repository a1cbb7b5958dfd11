/**
 * Row selection of a table, as in every file manager: a click chooses one, Ctrl adds or takes away, Shift extends from the anchor.
 * Pure, so that a test can hold it to that.
 */
export interface Selection {
  /** Where the keyboard is; -1 for nowhere. */
  cursor: number
  /** Where a Shift range starts. */
  anchor: number
  rows: ReadonlySet<number>
}

export const NOTHING: Selection = { cursor: -1, anchor: -1, rows: new Set() }

export interface Modifiers {
  shift?: boolean
  toggle?: boolean
}

export function choose(selection: Selection, index: number, { shift = false, toggle = false }: Modifiers = {}): Selection {
  if (shift) {
    const anchor = selection.anchor < 0 ? index : selection.anchor
    return { cursor: index, anchor, rows: range(anchor, index) }
  }
  if (!toggle) return { cursor: index, anchor: index, rows: new Set([index]) }
  const rows = new Set(selection.rows)
  if (!rows.delete(index)) rows.add(index)
  return { cursor: index, anchor: index, rows }
}

/** Where a key moves the cursor, or null when the key is not one of movement. */
export function moved(key: string, cursor: number, count: number, page: number): number | null {
  const steps: Record<string, number> = { ArrowDown: cursor + 1, ArrowUp: cursor < 0 ? count - 1 : cursor - 1, PageDown: cursor + page, PageUp: cursor - page, Home: 0, End: count - 1 }
  const to = steps[key]
  return to === undefined || count === 0 ? null : Math.max(0, Math.min(count - 1, to))
}

function range(a: number, b: number): Set<number> {
  const rows = new Set<number>()
  for (let index = Math.min(a, b); index <= Math.max(a, b); index++) rows.add(index)
  return rows
}
