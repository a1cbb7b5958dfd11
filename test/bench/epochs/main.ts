/** `npm run bench -- epochs [--films FOLDER] [--keep FOLDER] [--count 200] [--rounds 5] [--quick] [--json]`: epochs over DICOM and over the same films as JPEG, in turn. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { loadavg, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { writeJson } from '#main/files/whole.ts'
import { median } from '../interleave.ts'
import { machineNow } from '../machine.ts'
import { importSet, trainOnce, type RunFigures, type RunSetting } from './runs.ts'
import { CODINGS, makeSets, type Coding } from './set.ts'

/** Of an epoch over DICOM to one over JPEG. */
const LIMIT = 1.05

interface Measured {
  /** Seconds. */
  import: number | null
  runs: RunFigures[]
}

const { values } = parseArgs({
  allowPositionals: true,
  options: {
    films: { type: 'string' }, keep: { type: 'string' }, count: { type: 'string' }, rounds: { type: 'string' }, size: { type: 'string', default: '64' }, batch: { type: 'string', default: '8' },
    threads: { type: 'string', default: '2' }, model: { type: 'string', default: 'resnet18' }, quick: { type: 'boolean' }, json: { type: 'boolean' },
  },
})
const count = Number(values.count ?? (values.quick ? 16 : 200))
const rounds = Number(values.rounds ?? (values.quick ? 1 : 5))
const setting: RunSetting = { model: values.model, size: Number(values.size), batch: Number(values.batch), threads: Number(values.threads) }
const machine = machineNow()
const temporary = values.keep === undefined ? await mkdtemp(join(tmpdir(), 'xclassifier-epochs-')) : null
const keep = resolve(values.keep ?? temporary!)
// Figures are kept by what they were measured at, so that a benchmark that was cut off goes on where it stood.
const key = ['epochs', count, ...Object.values(setting)].join('-')
const file = join(keep, `${key}.json`)
const library = (coding: Coding): string => join(keep, `${key}-${coding}`)
try {
  process.stderr.write(`Making ${count} films ...\n`)
  const sets = await makeSets(keep, count, values.films)
  const measured = await read()
  for (const coding of CODINGS) if (measured[coding].import === null) await note(coding, { ...measured[coding], import: await importSet(library(coding), sets[coding]) })
  for (let round = 0; round < rounds; round++) {
    // Who goes first changes, or one side would always run on the caches that the other left.
    for (const coding of round % 2 ? CODINGS.toReversed() : CODINGS) {
      if (measured[coding].runs.length > round) continue
      const figures = await trainOnce(library(coding), setting)
      await note(coding, { ...measured[coding], runs: [...measured[coding].runs, figures] })
      process.stderr.write(`round ${round + 1}/${rounds} ${coding}: ${figures.epoch.toFixed(3)} s\n`)
    }
  }
  machine.load[1] = loadavg()[0]!
  const report = { ...figuresOf(measured), limit: LIMIT, films: count, setting, measured, machine }
  process.stdout.write(values.json ? `${JSON.stringify(report, null, 1)}\n` : text(report))

  async function note(coding: Coding, now: Measured): Promise<void> {
    measured[coding] = now
    await writeJson(file, measured)
  }
} finally {
  if (temporary) await rm(temporary, { recursive: true, force: true })
}

async function read(): Promise<Record<Coding, Measured>> {
  const none = { import: null, runs: [] }
  return readFile(file, 'utf8').then((kept) => JSON.parse(kept) as Record<Coding, Measured>, () => ({ dicom: none, jpeg: none }))
}

interface Side {
  import: number
  /** First of the first run: with the pack. */
  first: number
  epoch: { median: number; minimum: number; cpuMedian: number }
}

function sideOf({ import: seconds, runs }: Measured): Side {
  const epochs = runs.slice(0, rounds)
  const all = epochs.map(({ epoch }) => epoch)
  return { import: seconds!, first: runs[0]!.first, epoch: { median: median(all), minimum: Math.min(...all), cpuMedian: median(epochs.map(({ cpu }) => cpu)) } }
}

function figuresOf(measured: Record<Coding, Measured>) {
  const sides = { dicom: sideOf(measured.dicom), jpeg: sideOf(measured.jpeg) }
  const { dicom, jpeg } = sides
  return { sides, ratio: dicom.epoch.median / jpeg.epoch.median, cpuRatio: dicom.epoch.cpuMedian / jpeg.epoch.cpuMedian }
}

function text({ sides, ratio, cpuRatio }: ReturnType<typeof figuresOf>): string {
  const row = (name: string, ...cells: string[]): string => name.padEnd(8) + cells.map((cell) => cell.padStart(15)).join('')
  const seconds = (value: number): string => value.toFixed(2)
  const lines = CODINGS.map((coding) => {
    const { import: imported, first, epoch } = sides[coding]
    return row(coding, ...[imported, first, imported + first, epoch.median, epoch.minimum, epoch.cpuMedian].map(seconds))
  })
  return [
    `${count} films of 2048 x 2500, ${setting.model} at ${setting.size} px, batch ${setting.batch}, ${rounds} epochs of each in turn; seconds`,
    row('', 'import', 'first epoch', 'both', 'epoch, median', 'minimum', 'CPU, median'), ...lines,
    `Ratio of the medians ${ratio.toFixed(3)} (limit ${LIMIT})${ratio > LIMIT ? '  over' : ''}, of CPU seconds ${cpuRatio.toFixed(3)}`,
    `${machine.cpu}, ${machine.cores} cores; load ${machine.load.map((load) => load.toFixed(1)).join(' to ')}; ${machine.date}`, '',
  ].join('\n')
}
