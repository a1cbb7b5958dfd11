import assert from 'node:assert/strict'
import { existsSync, readFileSync, readdirSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import sharp from 'sharp'
import { readNpy } from '#main/engine/data/npy.ts'
import { chexpertFolder, importNow, jpeg, testLibrary } from '../testing/library.ts'
import { PackPart, fingerprint, readPack } from './packFile.ts'

const options = (progress: (done: number, total: number) => void = () => {}) => ({ signal: new AbortController().signal, progress })

test('a pack holds every film in the order of the set; it is made once, and anew when the set or its bytes changed', async (t) => {
  const { services, folder } = testLibrary(t)
  const set = join(folder, 'set')
  const paths = await chexpertFolder(set)
  await importNow(services, set)
  rmSync(join(set, paths[2]!))
  writeFileSync(join(set, paths[4]!), 'broken after the import')
  const steps: number[] = []
  const pack = await services.packs.ensure('set', 32, options((done) => steps.push(done)))
  const { file, unreadable, rows } = pack
  assert.deepEqual([[...unreadable].sort(), steps.at(-1), rows], [[2, 4], 6, 6])
  assert.deepEqual(services.datasets.skipped('set').map(({ code }) => code).sort(), ['CORRUPT_IMAGE', 'FILE_NOT_FOUND'])
  const { header, array } = await readNpy(file)
  assert.deepEqual([header.dtype, header.shape], ['uint8', [6, 32, 32]])
  const row = (i: number) => Uint8Array.from(array.subarray(i * 1024, (i + 1) * 1024))
  assert.ok(row(2).every((value) => value === 0))
  const own = await sharp(join(set, paths[5]!)).greyscale().resize(32, 32, { fit: 'fill', kernel: 'linear' }).raw().toBuffer()
  const difference = row(5).reduce((sum, value, i) => sum + Math.abs(value - own[i]!), 0) / 1024
  assert.ok(difference < 4, `row 5 is film 5: ${difference}`)

  const again: number[] = []
  assert.deepEqual(await services.packs.ensure('set', 32, options((done) => again.push(done))), pack)
  assert.deepEqual(again, [], 'nothing was decoded')
  const bytes = readFileSync(file)
  bytes[500]! ^= 255
  writeFileSync(file, bytes)
  const third: number[] = []
  await services.packs.ensure('set', 32, options((done) => third.push(done)))
  assert.deepEqual([third.at(-1), readFileSync(file)[500]], [6, bytes[500]! ^ 255], 'a flipped byte is found by its hash')
  utimesSync(file, 1, 1)
  const fourth: number[] = []
  await services.packs.ensure('set', 32, options((done) => fourth.push(done)))
  assert.deepEqual(fourth, [], 'touched, but whole')
  await jpeg(join(set, paths[2]!), 77)
  assert.ok(existsSync(file) && !readdirSync(join(folder, 'data/packs')).some((name) => /part|lock|tmp|unreadable/.test(name)))
})

test('an interrupted pack goes on after its last whole row', async (t) => {
  const { services, folder } = testLibrary(t)
  const paths = await chexpertFolder(join(folder, 'set'), { patients: 40 })
  await importNow(services, join(folder, 'set'))
  // Row 63 is written as unreadable, and cut; gone on with, its film is there again.
  const film = join(folder, 'set', paths[63]!)
  const bytes = readFileSync(film)
  writeFileSync(film, 'broken for a while')
  const abort = new AbortController()
  const half = services.packs.ensure('set', 32, { signal: abort.signal, progress: (done) => void (done > 0 && abort.abort()) })
  await assert.rejects(half, { name: 'AbortError' })
  const part = join(folder, 'data/packs', readdirSync(join(folder, 'data/packs')).find((name) => name.endsWith('.part'))!)
  // A crash in the middle of a write: the last row is cut.
  truncateSync(part, 128 + 64 * 1024 - 100)
  writeFileSync(film, bytes)
  const steps: number[] = []
  const { file, unreadable } = await services.packs.ensure('set', 32, options((done) => steps.push(done)))
  assert.deepEqual([steps[0], steps.at(-1), unreadable.size], [63, 80, 0])
  const whole = readFileSync(file)
  rmSync(file)
  const fresh = await services.packs.ensure('set', 32, options())
  assert.ok(readFileSync(fresh.file).equals(whole), 'the same bytes as in one go')
  assert.equal(paths.length, 80)
})

test('a part of other films is not gone on with', async (t) => {
  const { folder } = testLibrary(t)
  const file = join(folder, 'x.npy')
  const row = new Uint8Array(4).fill(9)
  const first = await PackPart.open(file, { rows: 2, size: 2, films: fingerprint(['a', 'b']) })
  await first.append([row, null], [{ row: 1, path: 'b', code: 'CORRUPT_IMAGE', message: '' }])
  await first.pause()
  const same = await PackPart.open(file, { rows: 2, size: 2, films: fingerprint(['a', 'b']) })
  assert.equal(same.done, 2)
  await same.pause()
  const other = await PackPart.open(file, { rows: 1, size: 2, films: fingerprint(['c']) })
  assert.equal(other.done, 0)
  await other.append([row], [])
  assert.deepEqual((await other.finish()).unreadable, [])
  assert.equal(await readPack(file, fingerprint(['a', 'b'])), null)
  assert.equal((await readPack(file, fingerprint(['c'])))?.rows, 1)
})

test('two that want the same pack at once wait for each other', async (t) => {
  const { services, folder } = testLibrary(t)
  await chexpertFolder(join(folder, 'set'), { patients: 4 })
  await importNow(services, join(folder, 'set'))
  let made = 0
  const both = await Promise.all([1, 2].map(() => services.packs.ensure('set', 32, options((done, total) => void (done === total && made++)))))
  assert.deepEqual([made, both[0]!.file], [1, both[1]!.file])
})
