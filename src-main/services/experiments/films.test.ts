import assert from 'node:assert/strict'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { createDecodePool, equalise, greyPicture, networkInput, openFilm } from '#main/dicom/index.ts'
import { resource } from '../app.ts'
import { jpeg, testLibrary } from '../testing/library.ts'
import { putFilm } from './films.ts'

const { signal } = new AbortController()

test("equalised films are OpenCV's", () => {
  const golden = JSON.parse(readFileSync(new URL('../../../test/golden/experiments/equalise.json', import.meta.url), 'utf8')) as { pixels: number[]; equalised: number[] }[]
  assert.equal(golden.length, 4)
  for (const { pixels, equalised } of golden) assert.deepEqual([...equalise(Uint8Array.from(pixels))], equalised)
})

test('a picture as DICOM shows the same grey values to the network; its own format is its own file', async (t) => {
  const { folder } = testLibrary(t)
  const pool = createDecodePool({ workers: 1 })
  t.after(() => pool.close())
  const path = join(folder, 'noise.jpg')
  await jpeg(path, 3, 64)
  const [dicom, picture] = [join(folder, 'a/b/film.dcm'), join(folder, 'a/b/film.jpg')]
  await putFilm(pool, { path, kind: 'jpeg' }, 'dicom', dicom, signal)
  await putFilm(pool, { path, kind: 'jpeg' }, 'jpeg', picture, signal)
  assert.equal((await openFilm(dicom)).kind, 'dicom')
  assert.deepEqual(await networkInput(dicom, 32), await networkInput(path, 32))
  assert.equal(statSync(picture).ino, statSync(path).ino)
})

test('a DICOM film becomes an equalised JPEG', async (t) => {
  const { folder } = testLibrary(t)
  const pool = createDecodePool({ workers: 1 })
  t.after(() => pool.close())
  const path = resource('samples', 'studies', 'sample-002.dcm')
  const target = join(folder, 'film.jpg')
  await putFilm(pool, { path, kind: 'dicom' }, 'jpeg', target, signal)
  const shown = await greyPicture(await openFilm(path))
  const made = await greyPicture(await openFilm(target))
  assert.deepEqual([made.width, made.height], [shown.width, shown.height])
  const off = (from: Uint8Array): number => made.pixels.reduce((sum, value, i) => sum + Math.abs(value - from[i]!), 0) / made.pixels.length
  // JPEG is lossy, but by far less than the equalisation changes the film.
  assert.ok(off(equalise(shown.pixels)) < 3 && off(shown.pixels) > 6, `${off(equalise(shown.pixels))} from the equalised film, ${off(shown.pixels)} from the plain one`)
})
