/** `npm run bench -- browser [--json] [--rounds R] [--seconds S] [--library DIR]`: the data set browser at 377,110 rows; see docs/scale.md. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { median } from '../interleave.ts'
import { machineNow } from '../machine.ts'
import type { Action } from './actionsSide.ts'
import { publicSet } from './publicSet.ts'
import { scrolling } from './scroll.ts'

/** What must hold: seconds of an import, milliseconds of an action, bytes of memory. */
const LIMITS = { importSeconds: 40, action: 100, memory: 600e6 }
/** Not what one does while browsing; told, but without a limit. */
const ONCE = /\(made once\)$/

const { values } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean' }, rounds: { type: 'string', default: '9' }, seconds: { type: 'string', default: '10' }, library: { type: 'string' } },
})
const machine = machineNow()
const temporary = values.library === undefined ? await mkdtemp(join(tmpdir(), 'xclassifier-browser-')) : null
const library = values.library ?? join(temporary!, 'library')
try {
  const imported = existsSync(join(library, 'library.db')) ? null : side<{ seconds: number; cpuSeconds: number; images: number; peak: number }>('importSide', library, await publicSet())
  const { actions, peak } = side<{ actions: Action[]; peak: number }>('actionsSide', library, values.rounds)
  const listed = actions.map(({ name, times, cpu }) => ({ name, median: median(times), worst: Math.max(...times), cpuMedian: median(cpu), cpuWorst: Math.max(...cpu), limit: ONCE.test(name) ? null : LIMITS.action }))
  const scroll = await scrolling(library, Number(values.seconds))
  machine.load[1] = loadavg()[0]!
  const report = { imported, actions: listed, peak, scroll, limits: LIMITS, machine }
  process.stdout.write(values.json ? `${JSON.stringify(report, null, 1)}\n` : text(report))
} finally {
  if (temporary) await rm(temporary, { recursive: true, force: true })
}

/** A process of its own, so that its memory is its own. */
function side<T>(name: string, ...args: string[]): T {
  const { status, stdout } = spawnSync(process.execPath, [join(import.meta.dirname, `${name}.ts`), ...args], { stdio: ['ignore', 'pipe', 2], encoding: 'utf8' })
  if (status !== 0) throw new Error(`${name} ended with ${status}`)
  return JSON.parse(stdout) as T
}

interface Report {
  imported: { seconds: number; cpuSeconds: number; images: number; peak: number } | null
  actions: { name: string; median: number; worst: number; cpuMedian: number; cpuWorst: number; limit: number | null }[]
  peak: number
  scroll: Awaited<ReturnType<typeof scrolling>>
}

function text({ imported, actions, peak, scroll }: Report): string {
  const ms = (value: number): string => value.toFixed(1).padStart(8)
  const lines = actions.map(({ name, median: middle, worst, cpuMedian, cpuWorst, limit }) => `${name.padEnd(44)}${ms(middle)}${ms(worst)}${ms(cpuMedian)}${ms(cpuWorst)}${limit === null ? '' : `${String(limit).padStart(7)}${worst > limit ? '  over' : ''}`}`)
  return [
    imported ? `Import of ${imported.images} rows: ${imported.seconds.toFixed(1)} s (${imported.cpuSeconds.toFixed(1)} s of CPU; limit ${LIMITS.importSeconds}), ${mega(imported.peak)} of memory` : 'Library as it was',
    `Browsing: ${mega(peak)} of memory (limit ${mega(LIMITS.memory)})`,
    '',
    `${'milliseconds in the service'.padEnd(44)}  median   worst     CPU   worst  limit`,
    ...lines,
    '',
    `Scrolling ${scroll.rows} rows: ${scroll.framesPerSecond.toFixed(1)} frames/s; a frame every ${scroll.median.toFixed(1)} ms, 95 of 100 within ${scroll.slow.toFixed(1)}, worst ${scroll.worst.toFixed(0)}, ${(100 * scroll.late).toFixed(1)} % late;`,
    `  script, style and layout of a frame ${scroll.work.median.toFixed(1)} ms, 95 of 100 within ${scroll.work.slow.toFixed(1)}; rows there ${scroll.settled.toFixed(0)} ms after the last; page ${mega(scroll.memory)}`,
    '',
    `${machine.cpu}, ${machine.cores} cores; load ${machine.load.map((load) => load.toFixed(1)).join(' to ')}; ${machine.date}`,
    '',
  ].join('\n')
}

function mega(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`
}
