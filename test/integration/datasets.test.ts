import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { parse } from 'csv-parse/sync'
import type { RunRow } from '#shared/contracts/training.ts'
import type { LabelCount, PolicyEffect, Split } from '#shared/domain/dataset.ts'
import { LABELS, PAPER_POLICY } from '#shared/domain/labels.ts'
import type { Label, Policy } from '#shared/domain/labels.ts'
import type { QualitySummary } from '#shared/domain/quality.ts'
import { SPOILED, spoiledSet } from '#main/services/datasets/quality/testing.ts'
import { commandLine, eventsOf } from './xclassifier.ts'
import type { CommandLine } from './xclassifier.ts'

type Row = Record<Label | 'Path', string>
interface LabelsAnswer {
  images: number
  counts: LabelCount[]
  policy: Policy
  effect: PolicyEffect
  saved: boolean
  csv?: string
}

const POLICY: Policy = { uncertain: 'ones', blank: 'zeros', dropWithoutPositive: false, labels: { Pneumonia: { blank: 'ignore' } } }

let cli: CommandLine
/** Of the label file, without the film that the import finds broken. */
let rows: Row[]
const cleanUps: (() => void)[] = []
before(async () => {
  cli = commandLine({ after: (clean) => void cleanUps.push(clean as () => void) })
  const folder = join(cli.folder, 'set')
  mkdirSync(folder)
  const paths = await spoiledSet(folder)
  // Real labels that leave nothing open: four are made uncertain, and two films lose their positives.
  const table = join(folder, 'train.csv')
  const lines = readFileSync(table, 'utf8').trim().split('\n')
  writeFileSync(table, `${lines.map((line, i) => (i === 0 || i > 6 ? line : i < 5 ? line.replace(',0.0', ',-1.0') : line.replaceAll(',1.0', ',0.0'))).join('\n')}\n`)
  rows = (parse(readFileSync(table), { columns: true }) as Row[]).filter((_, i) => i !== paths.length - SPOILED.length + SPOILED.indexOf('broken'))
  writeFileSync(join(cli.folder, 'policy.json'), JSON.stringify(POLICY))
  const { skipped } = await cli.json<{ skipped: unknown[] }>('dataset', 'import', folder, '--name', 'set')
  assert.equal(skipped.length, 1)
})
after(() => cleanUps.forEach((clean) => clean()))

const count = (label: Label, ...values: string[]): number => rows.filter((row) => values.includes(row[label])).length
const policyFile = (): string => join(cli.folder, 'policy.json')

test('dataset labels: what the source says and what a policy makes of it; a policy that cannot be used says why', async () => {
  const paper = await cli.json<LabelsAnswer>('dataset', 'labels', 'set')
  const positive = rows.filter((row) => LABELS.some((label) => row[label] === '1.0')).length
  assert.ok(positive < rows.length && LABELS.some((label) => count(label, '-1.0')), 'both are there to be decided')
  assert.deepEqual([paper.images, paper.policy, paper.effect.kept, paper.effect.dropped, paper.saved], [rows.length, PAPER_POLICY, positive, rows.length - positive, false])

  const csv = join(cli.folder, 'read.csv')
  const asked = await cli.json<LabelsAnswer>('dataset', 'labels', 'set', '--policy', policyFile(), '--csv', csv)
  assert.deepEqual([asked.policy, asked.effect.kept, asked.saved], [POLICY, rows.length, false])
  for (const label of LABELS) {
    const { positive: ones, negative, uncertain, blank } = asked.counts.find((one) => one.label === label)!
    assert.deepEqual([ones, negative, uncertain, blank], [count(label, '1.0'), count(label, '0.0'), count(label, '-1.0'), count(label, '')], label)
    const [open, nothing] = label === 'Pneumonia' ? [0, blank] : [blank, 0]
    assert.deepEqual(asked.effect.becomes[label], { positive: ones + uncertain, negative: negative + open, ignored: nothing }, label)
  }
  const written = parse(readFileSync(csv), { columns: true, bom: true }) as Row[]
  assert.deepEqual(written.map(({ Pneumonia }) => Pneumonia), rows.map(({ Pneumonia }) => Pneumonia.replace('-1.0', '1.0')))
  assert.match((await cli.run('dataset', 'labels', 'set')).stdout, new RegExp(`^set: ${rows.length} rows; ${positive} stay, ${rows.length - positive} are dropped`))

  const bad = join(cli.folder, 'bad.json')
  for (const [text, why] of [['{', /not JSON/], ['{"uncertain": "maybe", "blank": "zeros", "dropWithoutPositive": true}', /uncertain/], [JSON.stringify({ ...POLICY, labels: { Oedema: {} } }), /labels/]] as const) {
    writeFileSync(bad, text)
    const error = await cli.error('dataset', 'labels', 'set', '--policy', bad)
    assert.deepEqual([error.code, error.file], ['BAD_POLICY', bad])
    assert.match(error.message, why)
  }
  assert.equal((await cli.error('dataset', 'labels', 'set', '--policy', join(cli.folder, 'none.json'))).code, 'FILE_NOT_FOUND')
  assert.equal((await cli.error('dataset', 'labels', 'set', '--save')).code, 'USAGE')
})

test('dataset quality: what is wrong with films, counted and as a table', async () => {
  const csv = join(cli.folder, 'quality.csv')
  const found = await cli.json<QualitySummary & { csv: string }>('dataset', 'quality', 'set', '--csv', csv)
  const counted = Object.fromEntries(found.reasons.map(({ reason, films }) => [reason, films]))
  assert.deepEqual(counted, { unreadable: 0, blank: 1, identical: 2, 'near-duplicate': 8, lateral: 1, inverted: 1, tiny: 1, intensity: 1 })
  assert.deepEqual([found.films, found.measured, found.clusters, found.excluded, found.csv], [rows.length, rows.length, 5, 0, csv])
  const table = parse(readFileSync(csv), { columns: true, bom: true }) as { Reason: string }[]
  assert.deepEqual(Object.fromEntries(Object.keys(counted).map((reason) => [reason, table.filter(({ Reason }) => Reason === reason).length])), counted)
  assert.match((await cli.run('dataset', 'quality', 'set')).stdout, new RegExp(`^${rows.length} films, \\d+ in doubt, 5 groups.*\\n[^]*near-duplicate +8 `))
  assert.equal((await cli.error('dataset', 'quality', 'nothing')).code, 'NOT_FOUND')
})

test('the policy that is saved with a set is that of its splits and runs; a leak is refused, and the words that allow it stay on the run', async () => {
  const split = (...more: string[]) => cli.json<Split & { policy: Policy }>('dataset', 'split', 'set', ...more)
  const sum = ({ train, val, test: judged }: Split): number => train + val + judged
  const paper = await split()
  assert.deepEqual([paper.policy, sum(paper) < rows.length], [PAPER_POLICY, true])
  assert.deepEqual((({ policy, ...made }) => [policy, sum(made)])(await split('--policy', policyFile())), [POLICY, rows.length])
  assert.equal((await split()).id, paper.id, 'a policy that is named is not kept')
  assert.equal((await cli.json<LabelsAnswer>('dataset', 'labels', 'set', '--policy', policyFile(), '--save')).saved, true)
  const saved = await split()
  assert.deepEqual([saved.policy, sum(saved)], [POLICY, rows.length])

  const run = ['train', 'set', '--workers', '1', '--epochs', '1', '--size', '32', '--batch', '8', '--init', 'random', '--model', 'resnet18', '--split', 'image', '--ratios', '50,10,40']
  const refused = await cli.error(...run)
  assert.equal(refused.code, 'LEAKAGE')
  assert.match(refused.remedy!, /--allow-leakage/)
  assert.deepEqual((await cli.json<{ runs: RunRow[] }>('runs')).runs, [])
  const ended = await cli.run(...run, '--allow-leakage', 'Copies are meant to be there.', '--json')
  assert.equal(ended.code, 0, ended.stderr)
  assert.equal(eventsOf(ended, 'done').length, 1)
  const [{ config }] = (await cli.json<{ runs: [RunRow] }>('runs')).runs
  assert.deepEqual([config.policy, config.allowLeakage], [POLICY, 'Copies are meant to be there.'])
  for (const command of [['dataset', 'split'], ['train'], ['lr-find'], ['experiment']]) assert.match((await cli.run(...command, '--help')).stdout, /--policy FILE[^]*saved with the data set/)
})
