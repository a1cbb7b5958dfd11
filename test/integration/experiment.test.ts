import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { DatasetRow } from '#shared/domain/dataset.ts'
import type { Experiment } from '#shared/domain/experiment.ts'
import type { RunRow } from '#shared/contracts/training.ts'
import { commandLine, SAMPLE_SET, trainersOf, until } from './xclassifier.ts'
import type { CommandLine } from './xclassifier.ts'

const TINY = ['--dataset', 'films', '--epochs', '2', '--size', '32', '--batch', '8', '--init', 'random', '--share', '60']

let cli: CommandLine
const cleanUps: (() => void)[] = []
before(async () => {
  cli = commandLine({ after: (clean) => void cleanUps.push(clean as () => void) })
  await cli.json('dataset', 'import', SAMPLE_SET, '--name', 'films')
})
after(() => cleanUps.forEach((clean) => clean()))

test('what cannot be is said before anything is made', async () => {
  const cases = [
    [['experiment', 'table3', '--dataset', 'films', '--model', 'resnet18'], 'USAGE'],
    [['experiment', 'table3', '--dataset', 'films'], 'INIT_UNAVAILABLE'],
    [['experiment', 'table6', '--dataset', 'films', '--split', 'image', '--init', 'random'], 'LEAKAGE'],
  ] as const
  for (const [args, code] of cases) assert.equal((await cli.error(...args)).code, code, args.join(' '))
  assert.deepEqual(globSync(join(cli.library, 'experiments/*')), [])
})

test('a table killed in its second run goes on where it stood, and stands beside the published figures', async () => {
  const records = (): Experiment[] => globSync(join(cli.library, 'experiments/*/experiment.json')).map((file) => JSON.parse(readFileSync(file, 'utf8')) as Experiment)
  const running = cli.start('experiment', 'table4', ...TINY, '--json')
  await until('the second run to begin', () => records()[0]?.rows[1]?.run != null, 300)
  running.kill('SIGKILL')
  await running.ended
  const [killed] = records()
  await until('the trainers to end', () => killed!.rows.every(({ run }) => trainersOf(run!).length === 0), 60)
  const seen = (await cli.json<{ runs: RunRow[] }>('runs')).runs

  const out = join(cli.folder, 'out')
  const made = await cli.json<Experiment & { files: object }>('experiment', 'table4', ...TINY, '--out', out)
  assert.deepEqual([made.id, made.state, made.rows.map(({ run }) => run)], [killed!.id, 'finished', killed!.rows.map(({ run }) => run)])
  const runs = (await cli.json<{ runs: RunRow[] }>('runs')).runs
  assert.deepEqual(runs.map(({ state, config }) => [state, config.model, config.epochs]), [['finished', 'resnet18', 2], ['finished', 'resnet18', 2]])
  const first = (list: RunRow[]): RunRow => list.find(({ id }) => id === killed!.rows[0]!.run)!
  assert.equal(first(runs).endedAt, first(seen).endedAt)
  assert.deepEqual(made.rows[0]!.measured, killed!.rows[0]!.measured)

  // The sample films are JPEGs: as DICOM they hold the same grey values, so that the runs differ in the time to read them alone.
  const figures = made.rows.map(({ measured }) => measured!.figures)
  for (const name of ['accuracy', 'precision', 'recall', 'f1'] as const) assert.ok(Math.abs(figures[0]![name]! - figures[1]![name]!) < 0.1, name)
  for (const { minutesToRead, minutesPerEpoch } of figures) assert.ok(minutesToRead! > 0 && minutesPerEpoch! > 0)
  const sets = (await cli.json<{ datasets: DatasetRow[] }>('dataset', 'list')).datasets.filter(({ name }) => name !== 'films')
  assert.equal(sets.length, 2)
  assert.ok(sets.every(({ images }) => images === sets[0]!.images && images >= 0.6 * 144 && images < 0.7 * 144), sets.map(({ images }) => images).join())

  const markdown = readFileSync(join(out, 'table.md'), 'utf8')
  for (const wanted of ['> **Not for diagnostic use**', '| DICOM | 10 % of MIMIC-CXR, ResNet-18 | 89.40 | 80.02 | 111 | – |', 'TensorFlow 2.', '--share 60', made.rows[0]!.run!]) assert.ok(markdown.includes(wanted), wanted)
  assert.deepEqual({ ...(JSON.parse(readFileSync(join(out, 'table.json'), 'utf8')) as Experiment), files: made.files }, made)
})
