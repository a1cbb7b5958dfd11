import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { PAPER_POLICY } from '#shared/domain/labels.ts'
import { openLibrary } from '../bench/browser/library.ts'
import { chexpertCsv } from '../bench/browser/publicSet.ts'

/** On the real train.csv of CheXpert, from the file to the stored split; src-main/engine/data/split.test.ts holds the same of its patients and studies alone. */
test("the paper's splits of CheXpert have its sizes and its leak; by patient nothing leaks", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'xclassifier-splits-'))
  const services = openLibrary(join(folder, 'library'))
  t.after(async () => {
    await services.close()
    rmSync(folder, { recursive: true, force: true })
  })
  const set = join(folder, 'CheXpert-v1.0-small')
  mkdirSync(set)
  symlinkSync(await chexpertCsv(), join(set, 'train.csv'))
  const { datasets, importing, jobs } = services
  const job = await jobs.ended(importing.start({ paths: [join(set, 'train.csv')], as: 'dataset', name: 'CheXpert', labelsOnly: true }).id)
  assert.equal(job.state, 'finished', job.error?.message)
  const { images, patients, labelled } = datasets.get('CheXpert')
  assert.deepEqual([images, patients, labelled], [223_414, 64_540, 212_273])

  const request = { seed: 42, ratios: [80, 10, 10] as [number, number, number], policy: PAPER_POLICY }
  const round = (share: number): number => Number(share.toFixed(5))
  const released = await datasets.split('CheXpert', { ...request, by: 'image', preset: 'as-released' })
  assert.deepEqual([released.test, released.val, round(released.leakage.patients), round(released.leakage.studies)], [21_228, 38_209, 0.84346, 0.21618])
  const described = await datasets.split('CheXpert', { ...request, by: 'image' })
  assert.deepEqual([described.test, described.val, round(described.leakage.patients), round(described.leakage.studies)], [21_228, 21_227, 0.86155, 0.24058])
  const byPatient = await datasets.split('CheXpert', { ...request, by: 'patient' })
  assert.deepEqual(byPatient.leakage, { patients: 0, studies: 0 })
  assert.equal(byPatient.train + byPatient.val + byPatient.test, 212_273)

  for (const { id, train, val, test: tests } of [released, described, byPatient]) {
    const { part } = datasets.facets('CheXpert', { search: '', labels: [], split: id })
    assert.deepEqual(part, { train, val, test: tests }, 'the stored parts are what the split says')
  }
})
