import assert from 'node:assert/strict'
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import type { TestContext } from 'node:test'
import { zipSync } from 'fflate'
import type { Zippable } from 'fflate'
import { fixture } from '#main/dicom/testing/fixtures.ts'
import { chexpertFolder, importNow, testLibrary } from '../../testing/library.ts'
import { LIMITS, unpack } from './unpack.ts'
import type { Limits } from './unpack.ts'

const CENTRAL = Buffer.from([0x50, 0x4b, 1, 2])

/** Unpacks an archive with these bytes; what was refused, by code and member. */
async function unpacked(t: TestContext, bytes: Uint8Array, limits: Limits = LIMITS) {
  const { folder } = testLibrary(t)
  const archive = join(folder, 'archive.zip')
  writeFileSync(archive, bytes)
  const refused: [string, string][] = []
  const words: string[] = []
  const refuse = (error: unknown): void => {
    const { code, file, message } = error as { code: string; file: string; message: string }
    refused.push([code, file.slice(archive.length + 1)])
    words.push(message)
  }
  const target = join(folder, 'below', 'target')
  await unpack(archive, target, { refuse, progress: () => undefined, breathe: () => Promise.resolve() }, limits)
  return { folder, target, refused, words }
}

const bytesOf = (text: string): Uint8Array => Buffer.from(text)
/** Changes the directory's entry of the only member. */
function spoilt(files: Zippable, change: (entry: Buffer) => void): Buffer {
  const archive = Buffer.from(zipSync(files))
  change(archive.subarray(archive.indexOf(CENTRAL)))
  return archive
}

test('a data set in a ZIP archive is imported as from its folder, and once however often', async (t) => {
  const { services, folder } = testLibrary(t)
  await chexpertFolder(join(folder, 'small'), { patients: 2 })
  const files: Zippable = { 'small/film.dcm': [readFileSync(fixture('explicit.dcm')), { level: 9 }] }
  for (const name of readdirSync(join(folder, 'small'), { recursive: true, encoding: 'utf8' })) {
    if (statSync(join(folder, 'small', name)).isFile()) files[`small/${name}`] = readFileSync(join(folder, 'small', name))
  }
  const archive = join(folder, 'set.zip')
  writeFileSync(archive, zipSync(files))
  rmSync(join(folder, 'small'), { recursive: true })
  const job = await importNow(services, archive, { as: 'dataset' })
  assert.deepEqual([job.state, job.result!['name'], job.result!['images'], job.result!['opened'], services.jobs.skipped(job.id)], ['finished', 'small', 4, 1, []])
  const again = await importNow(services, archive, { as: 'dataset' })
  assert.deepEqual([again.result!['dataset'], again.result!['images'], again.result!['opened']], [job.result!['dataset'], 4, 0])
  // Films alone, by content: the name of an archive does not matter.
  const films = join(folder, 'films')
  writeFileSync(films, zipSync({ 'a/1': readFileSync(fixture('rle.dcm')), 'notes.dcm': bytesOf('no film') }))
  const opened = await importNow(services, films)
  assert.deepEqual([opened.result!['images'], services.jobs.skipped(opened.id).map(({ code }) => code)], [0, ['NOT_DICOM']])
  assert.equal(opened.result!['known'], 1, 'rle.dcm is explicit.dcm in another coding')
})

test('what was unpacked stays and is not written again; a changed archive is another one', async (t) => {
  const { services, folder } = testLibrary(t)
  const archive = join(folder, 'films.zip')
  writeFileSync(archive, zipSync({ 'film.dcm': readFileSync(fixture('explicit.dcm')) }))
  await importNow(services, archive)
  const [id] = readdirSync(services.folders.archives)
  const film = join(services.folders.archives, id!, 'films', 'film.dcm')
  const { ino } = statSync(film)
  await importNow(services, archive)
  assert.equal(statSync(film).ino, ino)
  writeFileSync(film, 'cut')
  await importNow(services, archive)
  assert.deepEqual(readFileSync(film), readFileSync(fixture('explicit.dcm')), 'half a member is unpacked again')
  utimesSync(archive, new Date(), new Date(2020, 1, 1))
  await importNow(services, archive)
  assert.equal(readdirSync(services.folders.archives).length, 2)
})

test('members that would be written elsewhere, links, twins and archives within are refused; the others come', async (t) => {
  const link = { os: 3, attrs: (0o120777 << 16) >>> 0 } as const
  const { folder, target, refused } = await unpacked(
    t,
    zipSync({
      '../evil': bytesOf('x'),
      'a/../../evil': bytesOf('x'),
      '/evil': bytesOf('x'),
      'C:\\evil': bytesOf('x'),
      '..\\evil': bytesOf('x'),
      'link': [bytesOf('/etc/passwd'), link],
      'inner.zip': zipSync({ x: bytesOf('x') }),
      'a/film': bytesOf('film'),
      'A/FILM': bytesOf('other'),
      './b//c': bytesOf('c'),
      'empty': new Uint8Array(0),
    }),
  )
  assert.deepEqual(refused, [
    ['UNSAFE_PATH', '../evil'], ['UNSAFE_PATH', 'a/../../evil'], ['UNSAFE_PATH', '/evil'], ['UNSAFE_PATH', 'C:\\evil'], ['UNSAFE_PATH', '..\\evil'],
    ['UNSAFE_PATH', 'link'], ['ARCHIVE_NESTED', 'inner.zip'], ['DUPLICATE_NAME', 'A/FILM'],
  ])
  assert.deepEqual((readdirSync(folder, { recursive: true, encoding: 'utf8' }) as string[]).filter((name) => name.includes('evil')), [])
  assert.deepEqual([readFileSync(join(target, 'a/film'), 'utf8'), readFileSync(join(target, 'b/c'), 'utf8'), statSync(join(target, 'empty')).size], ['film', 'c', 0])
})

test('a bomb, a lie about sizes, shared data and a password are refused by code, and nothing of them stays', async (t) => {
  const zeros = { film: [new Uint8Array(1 << 20), { level: 9 }] } satisfies Zippable
  const small: Limits = { ...LIMITS, harmless: 1 << 16 }
  await assert.rejects(unpacked(t, zipSync(zeros), small), { code: 'ARCHIVE_BOMB' })
  assert.deepEqual((await unpacked(t, zipSync(zeros))).refused, [], 'one blank film is no bomb')
  await assert.rejects(unpacked(t, zipSync(zeros), { ...LIMITS, reserve: 1e18 }), { code: 'DISK_FULL' })
  await assert.rejects(unpacked(t, spoilt({ film: bytesOf('x') }, (entry) => entry.writeUInt16LE(1, 8))), { code: 'ARCHIVE_ENCRYPTED' })
  await assert.rejects(unpacked(t, spoilt({ film: bytesOf('x') }, (entry) => entry.writeUInt32LE(1 << 20, 20))), { code: 'BAD_ARCHIVE', message: /overlap/ })
  // It says 1000 bytes and inflates to a million: stopped after the thousandth.
  const lie = await unpacked(t, spoilt(zeros, (entry) => entry.writeUInt32LE(1000, 24)))
  assert.deepEqual([lie.refused, readdirSync(lie.target)], [[['ARCHIVE_DAMAGED', 'film']], []])
  assert.match(lie.words[0]!, /larger than its archive says/)
  const wrong = await unpacked(t, spoilt({ film: bytesOf('words '.repeat(99)), }, (entry) => entry.writeUInt32LE(7, 16)))
  assert.deepEqual([wrong.refused, readdirSync(wrong.target)], [[['ARCHIVE_DAMAGED', 'film']], []])
  const method = await unpacked(t, spoilt({ film: bytesOf('x') }, (entry) => entry.writeUInt16LE(14, 10)))
  assert.deepEqual(method.refused, [['BAD_ARCHIVE', 'film']])
})

test('an archive cut anywhere, or with any byte changed, ends in a code or in whole members', async (t) => {
  const { folder } = testLibrary(t)
  const archive = Buffer.from(zipSync({ 'a/film': bytesOf('film '.repeat(40)), 'b': bytesOf('b') }))
  const path = join(folder, 'x.zip')
  let [whole, coded] = [0, 0]
  const attempt = async (bytes: Buffer, what: string): Promise<void> => {
    writeFileSync(path, bytes)
    const target = join(folder, what)
    const listener = { refuse: (error: unknown) => assert.match((error as { code?: string }).code ?? '', /^[A-Z_]+$/, what), progress: () => undefined, breathe: () => Promise.resolve() }
    try {
      await unpack(path, target, listener)
      whole++
    } catch (error) {
      assert.match((error as { code?: string }).code ?? '', /^(BAD_ARCHIVE|ARCHIVE_ENCRYPTED|ARCHIVE_BOMB|DISK_FULL)$/, `${what}: ${(error as Error).stack}`)
      coded++
    }
    if (existsSync(join(target, 'a/film'))) assert.equal(readFileSync(join(target, 'a/film'), 'utf8'), 'film '.repeat(40), what)
  }
  for (let at = 0; at < archive.length; at += 3) await attempt(archive.subarray(0, at), `cut-${at}`)
  for (let at = 0; at < archive.length; at++) {
    const changed = Buffer.from(archive)
    changed[at]! ^= 1 << at % 8
    await attempt(changed, `flip-${at}`)
  }
  assert.ok(whole > 20 && coded > 20, `${whole} ${coded}`)
})

test('an archive that is none is reported, and costs the other paths nothing', async (t) => {
  const { services, folder } = testLibrary(t)
  writeFileSync(join(folder, 'bad.zip'), Buffer.concat([Buffer.from([0x50, 0x4b, 3, 4]), Buffer.alloc(100)]))
  mkdirSync(join(folder, 'films'))
  copyFileSync(fixture('explicit.dcm'), join(folder, 'films', 'one'))
  copyFileSync(join(folder, 'bad.zip'), join(folder, 'films', 'inner.zip'))
  const job = await importNow(services, [join(folder, 'bad.zip'), join(folder, 'films')])
  assert.deepEqual(job.result, { images: 1, known: 0 })
  assert.deepEqual(services.jobs.skipped(job.id).map(({ path, code }) => [path.slice(folder.length + 1), code]), [['bad.zip', 'BAD_ARCHIVE'], ['films/inner.zip', 'ARCHIVE_NOT_OPENED']])
})
