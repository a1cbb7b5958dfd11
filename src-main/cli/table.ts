/** Rows as columns of text; numbers to the right. */
export function table(head: readonly string[], rows: readonly (readonly (string | number | null)[])[]): string {
  const cells = [head, ...rows].map((row) => row.map((cell) => (cell === null ? '' : String(cell))))
  const widths = head.map((_, i) => Math.max(...cells.map((row) => row[i]!.length)))
  const numeric = head.map((_, i) => rows.length > 0 && rows.every((row) => typeof row[i] === 'number' || row[i] === null))
  return cells.map((row) => row.map((cell, i) => (numeric[i] ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!))).join('  ').trimEnd()).join('\n')
}
