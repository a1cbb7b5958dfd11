import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import type { TestContext } from 'node:test'
import { promisify } from 'node:util'
import { LABELS } from '#shared/domain/labels.ts'
import { chexpertFolder } from '../services/testing/library.ts'
import { COMMANDS } from './commands.ts'
import { main } from './main.ts'

/** Runs one command line in this process. */
function commandLine(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'xclassifier-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const run = async (...args: string[]) => {
    let [out, err] = ['', '']
    const output = { stdout: (text: string) => void (out += text), stderr: (text: string) => void (err += text) }
    const code = await main(['--data', join(folder, 'data'), ...args], output, new AbortController().signal)
    return { code, out, err, json: args.includes('--json') ? (JSON.parse(out) as Record<string, unknown>) : {} }
  }
  return { folder, run }
}

test('import, list, stats and split answer as the contract says', async (t) => {
  const { folder, run } = commandLine(t)
  const set = join(folder, 'small')
  const paths = await chexpertFolder(set, { patients: 5 })
  await chexpertFolder(set, { patients: 2, name: 'valid.csv', part: 'valid', first: 6 })
  writeFileSync(join(set, paths[0]!), 'broken')
  const { code, json, err } = await run('dataset', 'import', set, '--name', 'mine', '--json')
  assert.equal(code, 0)
  // On a busy machine the import tells how far it is.
  assert.match(err, /^(Import small: \d+ of 14.*\n)*$/)
  assert.match(json['split'] as string, /^sp_/)
  assert.deepEqual({ ...json, dataset: '', split: '', skipped: [] }, { dataset: '', name: 'mine', images: 13, patients: 7, labelled: 13, opened: 0, split: '', skipped: [] })
  assert.deepEqual((json['skipped'] as { code: string }[]).map((file) => file.code), ['CORRUPT_IMAGE'])
  for (const name of ['mine', json['dataset'] as string]) {
    const stats = (await run('dataset', 'stats', name, '--json')).json
    assert.deepEqual([stats['images'], stats['patients'], stats['labelled'], (stats['positives'] as Record<string, number>)['Edema']], [13, 7, 13, 13])
    assert.deepEqual((stats['cooccurrence'] as { labels: string[] }).labels, LABELS)
  }
  const ones = (await run('dataset', 'stats', 'mine', '--uncertain', 'ones', '--json')).json
  assert.equal((ones['positives'] as Record<string, number>)['Pneumonia'], 6)
  const split = (await run('dataset', 'split', 'mine', '--ratios', '60,20,20', '--json')).json
  assert.deepEqual([(split['train'] as number) + (split['val'] as number) + (split['test'] as number), split['leakage']], [13, { patients: 0, studies: 0 }])
  const file = (await run('dataset', 'split', 'mine', '--by', 'file', '--json')).json
  assert.deepEqual([file['train'], file['val'], file['test']], [9, 4, 0])
  assert.equal(((await run('dataset', 'list', '--json')).json['datasets'] as unknown[]).length, 1)
  for (const [command, name] of [['runs', 'runs'], ['models', 'models'], ['studies', 'studies']] as const) assert.deepEqual((await run(command, '--json')).json[name], [])
  assert.match((await run('dataset', 'import', set, '--name', 'mine')).out, /mine \(ds_\w+\): 13 images of 7 patients.*1 skipped\nskipped .*CORRUPT_IMAGE/s)
})

test('errors: JSON on stdout with --json, words on stderr always, and a code to the shell', async (t) => {
  const { folder, run } = commandLine(t)
  const cases: [string[], number, string][] = [
    [['dataset', 'stats', 'nothing'], 1, 'NOT_FOUND'],
    [['dataset', 'import', join(folder, 'nowhere')], 1, 'FILE_NOT_FOUND'],
    [['dataset', 'import'], 2, 'USAGE'],
    [['dataset', 'split', 'x', '--ratios', '80,20'], 2, 'USAGE'],
    [['dataset', 'split', 'x', '--seed', 'many'], 2, 'USAGE'],
    [['dataset', 'stats', 'x', '--uncertain', 'maybe'], 2, 'USAGE'],
    [['dataset', 'stats', 'x', '--unknown'], 2, 'USAGE'],
    [['dataset'], 2, 'USAGE'],
    [['fly'], 2, 'USAGE'],
  ]
  for (const [args, code, error] of cases) {
    const answer = await run(...args, '--json')
    assert.deepEqual([answer.code, (answer.json['error'] as { code: string }).code], [code, error], args.join(' '))
    assert.match(answer.err, new RegExp(`^${error}: `))
    const readable = await run(...args)
    assert.deepEqual([readable.code, readable.out], [code, ''])
  }
  writeFileSync(join(folder, 'bad.csv'), 'Path,Edema\n')
  const missing = (await run('dataset', 'import', join(folder, 'bad.csv'), '--json')).json['error'] as Record<string, string>
  assert.deepEqual([missing['code'], missing['file']], ['MISSING_COLUMN', join(folder, 'bad.csv')])
  assert.match(missing['message']!, /"Atelectasis".*"Support Devices"/)
})

test('help for all and for each command opens no library', async (t) => {
  const { folder, run } = commandLine(t)
  const help = await run('--help')
  assert.equal(help.code, 0)
  for (const { name, usage } of COMMANDS) {
    assert.ok(help.out.includes(name))
    const own = await run(...name.split(' '), '--help')
    assert.deepEqual([own.code, own.out.startsWith(`xclassifier ${name} ${usage}`.trim())], [0, true])
  }
  assert.equal((await run()).code, 2)
  assert.equal(existsSync(join(folder, 'data')), false)
})

test('the entry itself: doctor in a process of its own', async (t) => {
  const { folder } = commandLine(t)
  const entry = join(import.meta.dirname, '../entry/cli.ts')
  const { stdout } = await promisify(execFile)(process.execPath, [entry, 'doctor', '--json', '--data', join(folder, 'data')])
  const info = JSON.parse(stdout) as Record<string, unknown>
  assert.deepEqual([info['host'], info['dataFolder'], info['node']], ['cli', join(folder, 'data'), process.versions.node])
})

test('a table of unknown columns: told what it is, then imported by a mapping', async (t) => {
  const { folder, run } = commandLine(t)
  const table = join(folder, 'table.csv')
  const map = join(folder, 'map.json')
  writeFileSync(table, 'film,person,words\na.png,1,Edema;Fracture\nb.png,2,other\n')
  const preview = (await run('dataset', 'import', table, '--preview', '--json')).json['tables'] as { format: null; mapping: Record<string, unknown> }[]
  assert.deepEqual([preview[0]!.format, preview[0]!.mapping['file']], [null, 'film'])
  const bad: [string, RegExp][] = [['{', /no JSON/], ['{"file": "film"}', /labels/], ['{"file": "film", "labels": {"kind": "columns", "columns": {"Oedema": "words"}}}', /labels\.columns/]]
  for (const [text, what] of bad) {
    writeFileSync(map, text)
    const { code, json } = await run('dataset', 'import', table, '--map', map, '--json')
    assert.deepEqual([code, (json['error'] as { code: string }).code], [1, 'BAD_MAPPING'])
    assert.match((json['error'] as { message: string }).message, what)
  }
  writeFileSync(map, JSON.stringify({ file: 'film', patient: 'person', labels: { kind: 'list', column: 'words', separator: ';', words: { Edema: ['Edema'], Fracture: ['Fracture'] } } }))
  const { json } = await run('dataset', 'import', table, '--map', map, '--labels-only', '--json')
  assert.deepEqual({ ...json, dataset: '' }, { dataset: '', name: 'table', images: 2, patients: 2, labelled: 1, opened: 0, unmapped: 'other 1', skipped: [] })
  assert.match((await run('dataset', 'import', table, '--labels-only')).out, /2 images.*no counterpart among the labels: other 1/s)
})
