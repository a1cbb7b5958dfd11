/**
 * `npm run bench -- learning [--steps] [--films DIR] [--quick] [--json] [--out FILE] ...`; see docs/experiments.md.
 * Does our trainer learn what PyTorch + timm learn? `--steps`: loss by loss from equal weights and batches; without: AUC over folds of patients.
 */
import { writeFile } from 'node:fs/promises'
import { loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { MODEL_NAMES } from '#shared/domain/run.ts'
import { machineNow } from '../machine.ts'
import { peersPython } from '../peers.ts'
import { openFilms } from './films.ts'
import { compareFolds } from './folds.ts'
import { compareSteps } from './steps.ts'
import { foldsText, stepsText } from './text.ts'

const text = { type: 'string' } as const
const flag = { type: 'boolean' } as const
const { values } = parseArgs({
  args: process.argv.slice(3),
  options: {
    steps: flag, json: flag, quick: flag, fresh: flag, films: text, out: text, size: { ...text, default: '128' }, model: { ...text, default: 'densenetblur121d' },
    batch: text, epochs: { ...text, default: '8' }, seeds: text, folds: { ...text, default: '5' }, lr: { ...text, default: '1e-3' }, threads: { ...text, default: '2' }, only: text,
  },
})
const model = MODEL_NAMES.find((name) => name === values.model)
if (!model) throw new Error(`--model takes ${MODEL_NAMES.join(', ')}`)

const machine = machineNow()
const python = await peersPython()
const films = await openFilms(values.films, Number(values.size))
const threads = Number(values.threads)
const common = { model, threads, peak: Number(values.lr), seed: 1 }
const of = { films: films.folder, images: films.rows.length, size: films.size }
let report: object
let readable: string
if (values.steps) {
  const found = await compareSteps(python, films, { ...common, augment: false, epochs: 0, batch: Number(values.batch ?? 16), steps: values.quick ? 10 : 30, peerThreads: [...new Set([threads, 1, threads + 1])] })
  report = { ...of, ...found }
  readable = stepsText(found)
  if (!found.holds) process.exitCode = 1
} else {
  const setting = { ...common, augment: true, batch: Number(values.batch ?? 8), epochs: values.quick ? 2 : Number(values.epochs), folds: Number(values.folds), seeds: Number(values.seeds ?? (values.quick ? 1 : 3)), fresh: values.fresh ?? false, only: values.only?.split(',').map(Number) }
  const found = await compareFolds(python, films, setting)
  report = { ...of, ...found }
  readable = foldsText(found)
}
machine.load[1] = loadavg()[0]!
const json = JSON.stringify({ ...report, machine, command: process.argv.slice(2).join(' ') }, null, 1)
if (values.out) await writeFile(values.out, `${json}\n`)
process.stdout.write(values.json ? `${json}\n` : `${readable}${machine.cpu}, ${machine.cores} cores; load ${machine.load.map((l) => l.toFixed(1)).join(' to ')}; ${machine.date}\n`)
