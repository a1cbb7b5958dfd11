/** `npm run bench -- <what> [--json] [--rounds R] [--steps K] [--threads T] [--batch B] [--size S] [--out FILE]`; see docs/benchmarks.md. */
import { writeFile } from 'node:fs/promises'
import { loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import * as compare from './compare.ts'
import { importing } from './importing.ts'
import type { Figures } from './interleave.ts'
import { machineNow } from './machine.ts'
import { peersPython } from './peers.ts'
import { table } from './table.ts'
import { viewing } from './viewer/viewer.ts'

type Ratios = Partial<Record<'trainFp32' | 'trainBf16' | 'predictOne' | 'ddp2', number>>

interface Report {
  /** Above 1 is ours faster (ddp2: two workers faster than one); by the minima of the same run. */
  ratio: Ratios
  /** The same by CPU seconds. */
  cpuRatio: Ratios
  medians: Record<string, number>
  figures: Record<string, Figures>
  /** Other numbers, by name. */
  notes: Record<string, number | string>
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean' }, out: { type: 'string' }, rounds: { type: 'string', default: '5' }, steps: { type: 'string', default: '2' },
    threads: { type: 'string', default: '2' }, batch: { type: 'string', default: '16' }, size: { type: 'string', default: '224' },
    precision: { type: 'string' }, quick: { type: 'boolean' }, films: { type: 'string' }, count: { type: 'string', default: '24' }, keep: { type: 'string' }, coding: { type: 'string' },
  },
})
const [what = 'train'] = positionals
const report: Report = { ratio: {}, cpuRatio: {}, medians: {}, figures: {}, notes: {} }
const machine = machineNow()
const context: compare.Context = {
  // PyTorch takes gigabytes, which an import does not need.
  python: ['import', 'pack', 'viewer'].includes(what) ? '' : await peersPython(), threads: Number(values.threads), batch: Number(values.batch), size: Number(values.size),
  plan: { rounds: Number(values.rounds), steps: Number(values.steps), warmUp: 1, seconds: 75 },
}

function add(name: string, figures: Record<string, Figures>): void {
  for (const [side, figure] of Object.entries(figures)) {
    report.figures[`${name}.${side}`] = figure
    report.medians[`${name}.${side}`] = figure.median
  }
}

function compared(key: keyof Ratios, ours: Figures, other: Pick<Figures, 'minimum' | 'cpuMinimum'>): void {
  report.ratio[key] = other.minimum / ours.minimum
  report.cpuRatio[key] = other.cpuMinimum / ours.cpuMinimum
}

/** PyTorch's fastest training step so far, of either precision. */
let fastest: Pick<Figures, 'minimum' | 'cpuMinimum'> = { minimum: Infinity, cpuMinimum: Infinity }

async function trainAt(bf16: boolean): Promise<void> {
  const name = bf16 ? 'trainBf16' : 'trainFp32'
  const { ours, torch, gemm, flops } = await compare.train(context, bf16)
  add(name, { ours, torch })
  // Where bfloat16 makes PyTorch slower, its user would leave it.
  fastest = { minimum: Math.min(fastest.minimum, torch.minimum), cpuMinimum: Math.min(fastest.cpuMinimum, torch.cpuMinimum) }
  compared(name, ours, fastest)
  if (bf16) report.notes['trainBf16.ratioToTorchBf16'] = torch.minimum / ours.minimum
  const share = ({ minimum }: Figures): number => (flops * context.batch) / minimum / 1e9 / gemm
  Object.assign(report.notes, {
    [`${name}.gemmGflops`]: gemm, [`${name}.gflopPerImage`]: flops / 1e9, [`${name}.ours.shareOfGemm`]: share(ours), [`${name}.torch.shareOfGemm`]: share(torch),
    [`${name}.memoryRatio`]: ours.peak / torch.peak, [`${name}.ours.imagesPerSecond`]: context.batch / ours.minimum, [`${name}.torch.imagesPerSecond`]: context.batch / torch.minimum,
  })
}

async function predictAt(batch: number): Promise<void> {
  const { ours, torch } = await compare.predict(context, batch)
  add(`predict${batch}`, { ours, torch })
  if (batch === 1) compared('predictOne', ours, torch)
  else report.notes[`predict${batch}.ratio`] = torch.minimum / ours.minimum
}

async function ddp2(): Promise<void> {
  const { two, one } = await compare.ddp2(context)
  add('ddp2', { two, one })
  compared('ddp2', two, one)
}

async function pair(name: string, measured: Promise<Record<'ours' | 'torch', Figures>>): Promise<void> {
  const figures = await measured
  add(name, figures)
  report.notes[`${name}.ratio`] = figures.torch.minimum / figures.ours.minimum
}

const precisions = values.precision ? [values.precision === 'bf16'] : [false, ...(machine.bf16.length ? [true] : [])]
const training = async (): Promise<void> => {
  for (const bf16 of precisions) await trainAt(bf16)
}
const predicting = async (): Promise<void> => {
  await predictAt(1)
  await predictAt(16)
  add('predictFile', { ours: await compare.predictFile(context) })
}
const feeding = async (): Promise<void> => {
  const { imagesPerSecond, idleShare } = await compare.feed(context, machine.bf16.length > 0)
  Object.assign(report.notes, { 'feed.imagesPerSecond': imagesPerSecond, 'feed.idleShare': idleShare })
}

/** A step is an import of all films; the films are made of the pictures in the folder `--films`. */
const imports = async (): Promise<void> => {
  const { size, plan } = context
  const codings = await importing({ size, films: values.films, count: Number(values.count), keep: values.keep, coding: values.coding, plan: { ...plan, steps: 1, warmUp: 0 } })
  for (const [coding, { figures, difference }] of Object.entries(codings)) {
    for (const side of Object.values(figures)) side.ready = {}
    add(`import.${coding}`, figures)
    Object.assign(report.notes, { [`import.${coding}.ratio`]: figures.pydicom.median / figures.ours.median, [`import.${coding}.cpuRatio`]: figures.pydicom.cpuMedian / figures.ours.cpuMedian, [`import.${coding}.greatestDifference`]: difference })
  }
}

/** The first step and the memory are parts of every training figure; these two are short runs for them alone. */
const brief = async (): Promise<void> => {
  context.plan = { rounds: 1, steps: 2, warmUp: 0 }
  await training()
}

const COMMANDS: Record<string, () => Promise<void>> = {
  /** Every ratio of the report, what a step costs besides arithmetic, and how long it waits for films. */
  train: async () => {
    await training()
    if (values.quick) return
    await predictAt(1)
    await ddp2()
    await pair('overhead', compare.overhead(context))
    await feeding()
  },
  predict: predicting,
  overhead: () => pair('overhead', compare.overhead(context)),
  allreduce: () => pair('allReduce', compare.allReduce(context)),
  ddp2,
  firststep: brief,
  memory: brief,
  pack: async () => void Object.assign(report.notes, { 'pack.imagesPerSecond': await compare.pack(context) }),
  feed: feeding,
  import: imports,
  /** `--count` studies are opened one after the other. */
  viewer: async () => void Object.assign(report.notes, await viewing(Number(values.count))),
}

const command = COMMANDS[what]
if (!command) {
  process.stderr.write(`No benchmark "${what}". There are: ${Object.keys(COMMANDS).join(', ')}.\n`)
  process.exit(2)
}
await command()
machine.load[1] = loadavg()[0]!
const text = JSON.stringify({ ...report, machine, command: process.argv.slice(2).join(' ') }, null, 1)
if (values.out) await writeFile(values.out, `${text}\n`)
process.stdout.write(values.json ? `${text}\n` : table(report.figures, { ...prefixed('ratio', report.ratio), ...prefixed('cpuRatio', report.cpuRatio), ...report.notes }, machine))

function prefixed(prefix: string, ratios: Ratios): Record<string, number> {
  return Object.fromEntries(Object.entries(ratios).map(([key, value]) => [`${prefix}.${key}`, value]))
}
