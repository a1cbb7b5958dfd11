import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { deidentifyFilm } from '#main/dicom/deidentify/film.ts'

const ROOT = join(import.meta.dirname, '../..')

/** Lines of `dciodvfy` (Debian package dicom3tools) that say "Error". */
const errorsOf = (file: string): Promise<string[]> =>
  new Promise((resolve, reject) =>
    execFile('dciodvfy', [file], (error, stdout, stderr) => {
      if (error && error.code === 'ENOENT') reject(new Error('dciodvfy is missing: install the Debian package dicom3tools', { cause: error }))
      else resolve(`${stdout}${stderr}`.split('\n').filter((line) => line.startsWith('Error')))
    }),
  )

test('dciodvfy finds no error in a copy that was not in its original', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'xclassifier-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  for (const from of ['test/fixtures/deidentify', 'resources/samples/studies']) {
    for (const name of readdirSync(join(ROOT, from)).filter((file) => file.endsWith('.dcm'))) {
      const path = join(ROOT, from, name)
      const before = await errorsOf(path)
      for (const shiftDates of [false, true]) {
        const { bytes } = await deidentifyFilm(new Uint8Array(readFileSync(path)), path, { salt: 'ab'.repeat(16), shiftDates, keepBurnedIn: true })
        writeFileSync(join(folder, name), bytes)
        const added = (await errorsOf(join(folder, name))).filter((line) => !before.includes(line))
        assert.deepEqual(added, [], name)
      }
    }
  }
})
