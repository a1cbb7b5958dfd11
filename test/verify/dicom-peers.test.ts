/**
 * Every test file that pydicom's wheel carries, against pydicom with all plugins of pylibjpeg: what it decodes, we decode to the same pixels; the rest
 * is refused by name. Writes docs/dicom-files.md.
 */
import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { createDecodePool } from '#main/dicom/index.ts'
import { readFilm } from '#main/dicom/read/film.ts'
import { parseDicom } from '#main/dicom/read/parse.ts'
import { compare } from './dicom/compare.ts'
import type { Row } from './dicom/compare.ts'
import { peerFiles } from './dicom/peer.ts'
import { page } from './dicom/page.ts'

const folder = await mkdtemp(join(tmpdir(), 'xclassifier-peers-'))
after(() => rm(folder, { recursive: true, force: true }))
const peers = await peerFiles(folder)
const rows: Row[] = []

test('every file that pydicom decodes comes out the same: lossless equal, lossy within a level', async (t) => {
  for (const peer of peers) rows.push(await compare(peer))
  const count = (outcome: Row['outcome']): number => rows.filter((row) => row.outcome === outcome).length
  t.diagnostic(`${count('equal')} equal, ${count('close')} within a level, ${count('more')} that pydicom refuses, ${count('refused')} refused, ${count('no image')} without an image; slowest ${Math.max(...rows.map(({ seconds }) => seconds)).toFixed(2)} s`)
  await writeFile(join(import.meta.dirname, '../../docs/dicom-files.md'), page(rows))
  assert.ok(count('equal') > 70)
  assert.deepEqual(rows.filter((row) => row.outcome === 'differs'), [])
  const lost = rows.filter((row, i) => peers[i]!.outcome === 'decoded' && !['equal', 'close'].includes(row.outcome))
  assert.deepEqual(lost, [])
})

test('names read as pydicom reads them, in every character set', async () => {
  const wrong: string[] = []
  let read = 0
  for (const { path, patient, outcome } of peers) {
    if (outcome === 'refused' || !patient) continue
    const name = nameIn(new Uint8Array(await readFile(path)), path)
    if (name === null) continue
    read++
    if (name !== patient) wrong.push(`${path}: ${name} for ${patient}`)
  }
  assert.ok(read > 60)
  assert.deepEqual(wrong, [])
})

/** Null where the file cannot be parsed; that is the first test's matter. */
function nameIn(bytes: Uint8Array, path: string): string | null {
  try {
    const { dataSet, transferSyntax } = parseDicom(bytes, path)
    return readFilm(dataSet, transferSyntax).patientName ?? ''
  } catch {
    return null
  }
}

test('in the pool each file ends within 20 s, with its picture or a coded error that names it', async () => {
  const pool = createDecodePool({ workers: 2 })
  try {
    for (const { path } of peers) {
      for (const task of ['inspect', 'displayPng', 'viewer', 'tags'] as const) {
        const error: { code?: string; file?: string } | null = await pool.run({ task, path }).then(() => null, (failure: { code?: string }) => failure)
        if (!error) continue
        assert.ok(error.code && error.file === path, `${task} ${path}: ${JSON.stringify(error)}`)
        assert.ok(!['DECODE_TIMEOUT', 'DECODE_CRASHED', 'INTERNAL'].includes(error.code), `${task} ${path}: ${error.code}`)
      }
    }
  } finally {
    await pool.close()
  }
})
