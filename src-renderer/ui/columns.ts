/** `grid-template-columns` of a table's columns. */
type Sized = { width: number | `${number}fr`; minWidth?: number }

const NARROWEST = 64
const smallest = ({ width, minWidth }: Sized): number => minWidth ?? (typeof width === 'number' ? width : NARROWEST)

export function columnTracks(columns: readonly Sized[]): string {
  return columns.map((column) => (typeof column.width === 'number' ? `${column.width}px` : `minmax(${smallest(column)}px, ${column.width})`)).join(' ')
}

/** Below this width the table scrolls sideways instead of squeezing. */
export function minimumWidth(columns: readonly Sized[]): number {
  return columns.reduce((sum, column) => sum + smallest(column), 0)
}
