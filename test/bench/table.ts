import type { Figures } from './interleave.ts'
import type { Machine } from './machine.ts'

/** A report for people. */
export function table(figures: Record<string, Figures>, notes: Record<string, number | string>, machine: Machine): string {
  const rows = Object.entries(figures).map(([name, f]) => [
    name, milliseconds(f.minimum), milliseconds(f.median), milliseconds(f.cpuMinimum), `${Math.round(f.peak / 2 ** 20)}`, f.ready.firstSeconds ? `${Number(f.ready.firstSeconds).toFixed(1)}` : '', `${f.steps}`,
  ])
  const lines = [['', 'min ms', 'median ms', 'min CPU ms', 'peak MiB', 'first s', 'steps'], ...rows]
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)))
  const drawn = lines.map((line) => line.map((cell, column) => (column ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!))).join('  '))
  const said = Object.entries(notes).map(([name, value]) => `${name}  ${typeof value === 'number' ? value.toPrecision(4) : value}`)
  const where = `${machine.cpu}, ${machine.cores} cores, bf16 by ${machine.bf16.join(' and ') || 'nothing'}; load ${machine.load.map((l) => l.toFixed(1)).join(' to ')}; ${machine.date}`
  return `${[...drawn, '', ...said, '', where].join('\n')}\n`
}

const milliseconds = (seconds: number): string => (seconds * 1000).toFixed(1)
