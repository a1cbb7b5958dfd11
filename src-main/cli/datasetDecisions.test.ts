import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { createServices } from '#main/services/index.ts'
import { resource } from '#main/services/app.ts'
import { main } from './main.ts'

test('dataset decisions: the words of readers as a file and as a data set; without any it says so', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'xclassifier-cli-'))
  t.after(() => rm(folder, { recursive: true }))
  const call = async (...args: string[]): Promise<{ code: number; json: Record<string, unknown> }> => {
    let stdout = ''
    const code = await main(['--data', join(folder, 'data'), '--json', 'dataset', 'decisions', ...args], { stdout: (text) => void (stdout += text), stderr: () => {} }, new AbortController().signal)
    return { code, json: JSON.parse(stdout) as Record<string, unknown> }
  }
  const csv = join(folder, 'labels.csv')
  const none = await call('--csv', csv)
  assert.deepEqual([none.code, (none.json['error'] as { code: string }).code], [1, 'NO_DECISIONS'])
  assert.deepEqual((await call()).json, { studies: 0, labels: 0 })

  const services = createServices({ dataFolder: join(folder, 'data'), host: { kind: 'cli', fork: () => assert.fail('nothing is trained'), emit: () => {} } })
  await services.jobs.ended(services.importing.start({ paths: [resource('samples', 'studies', 'sample-003.dcm')], as: 'studies', labelsOnly: false }).id)
  const [study] = services.studies.list({ search: '', origin: 'library', sort: 'date', descending: true, offset: 0, limit: 1 }).rows
  services.reports.save({ ...services.reports.ofStudy(study!.id), findings: [{ label: 'Edema', decision: 'accepted', note: '' }, { label: 'Fracture', decision: 'uncertain', note: '' }] })
  await services.close()

  const { code, json } = await call('--csv', csv, '--as', 'Ours')
  assert.deepEqual([code, json['studies'], json['labels'], json['films'], json['file']], [0, 1, 2, 1, csv])
  assert.deepEqual([(json['dataset'] as { name: string }).name, (json['dataset'] as { images: number }).images], ['Ours', 1])
  const [head, row] = (await readFile(csv, 'utf8')).replace('\ufeff', '').split('\r\n').map((line) => line.split(','))
  assert.deepEqual([row![head!.indexOf('Edema')], row![head!.indexOf('Fracture')], row![head!.indexOf('Pneumonia')]], ['1', '-1', ''])
  assert.equal((await call('--as', 'Ours')).code, 1)
})
