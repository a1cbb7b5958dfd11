/** Imports and packs that are killed go on without a duplicate or a hole; training opens no image file (strace, of the Debian package of that name). */
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { derivedUids, writeFilm } from '#main/dicom/index.ts'
import { resource } from '#main/services/app.ts'
import { HEADER, line } from '#main/services/testing/library.ts'
import { openDatabase } from '#main/store/connection.ts'
import { CommandLine } from './command.ts'

const FILMS = 200
const [ROWS, COLUMNS] = [2500, 2048]
const CLI = join(import.meta.dirname, '../../src-main/entry/cli.ts')

const AREA = 224 * 224

interface Packed {
  file: string
  images: number
  unreadable: number
}

const rowOf = (pack: Buffer, film: number): Buffer => pack.subarray(pack.length - (FILMS - film) * AREA, pack.length - (FILMS - film - 1) * AREA)

function temporary(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'xclassifier-packs-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Films of 16 bits, each a wedge of its own. */
function makeFilms(folder: string): void {
  mkdirSync(folder)
  const pixels = new Uint16Array(ROWS * COLUMNS)
  for (let film = 0; film < FILMS; film++) {
    for (let y = 0; y < ROWS; y++) pixels.fill((y * (7 + film)) & 0xffff, y * COLUMNS, (y + 1) * COLUMNS)
    const uids = derivedUids(Uint8Array.of(film))
    writeFileSync(join(folder, `${film}.dcm`), writeFilm({ object: 'DX', ...uids, pixels, rows: ROWS, columns: COLUMNS, patientId: `P${film}` }))
  }
  writeFileSync(join(folder, 'train.csv'), [HEADER.join(','), ...Array.from({ length: FILMS }, (_, i) => line(`${i}.dcm`, { Edema: '1.0' })), ''].join('\n'))
}

/** Runs a command line as a process of its own and ends it by SIGKILL when `when` holds; fails where it ends before. */
async function killed(args: string[], when: () => boolean): Promise<void> {
  const child = spawn(process.execPath, [CLI, ...args], { stdio: 'ignore' })
  const ended = once(child, 'exit')
  while (child.exitCode === null && !when()) await pause(2)
  child.kill('SIGKILL')
  assert.deepEqual(await ended, [null, 'SIGKILL'], 'it was killed before its end')
}

function imagesIn(data: string): number {
  const file = join(data, 'library.db')
  if (!existsSync(file)) return 0
  const db = openDatabase(file)
  try {
    return db.prepare<[], number>('SELECT count(*) FROM dataset_images').pluck().get()!
  } catch {
    // Not yet a library.
    return 0
  } finally {
    db.close()
  }
}

test(`an import of ${FILMS} films and their pack, each killed twice, end as if nobody had disturbed them`, async (t) => {
  const folder = temporary(t)
  const [set, data] = [join(folder, 'set'), join(folder, 'data')]
  makeFilms(set)
  const importing = ['--data', data, '--json', 'dataset', 'import', set, '--name', 'set']
  // The library is made first: only whole ones are looked into while they are written.
  const cli = new CommandLine(data)
  await cli.answer('dataset', 'list')
  await killed(importing, () => imagesIn(data) >= 1)
  const first = imagesIn(data)
  await killed(importing, () => imagesIn(data) > first)
  const second = imagesIn(data)
  t.diagnostic(`killed with ${first} and ${second} of ${FILMS} films in`)
  assert.ok(first < second && second < FILMS)
  assert.equal((await cli.answer<{ images: number }>('dataset', 'import', set, '--name', 'set')).images, FILMS)
  const db = openDatabase(join(data, 'library.db'))
  const one = (sql: string): unknown => db.prepare<[], unknown>(sql).pluck().get()
  assert.deepEqual([one('SELECT count(*) FROM images'), one('SELECT count(DISTINCT path) FROM images'), one('SELECT count(*) FROM datasets')], [FILMS, FILMS, 1])
  assert.deepEqual(db.prepare('SELECT path FROM images').pluck().all().sort(), Array.from({ length: FILMS }, (_, i) => join(set, `${i}.dcm`)).sort())
  assert.equal(one('PRAGMA integrity_check'), 'ok')
  db.close()

  const packs = join(data, 'packs')
  const partBytes = (): number => Math.max(0, ...(existsSync(packs) ? readdirSync(packs) : []).filter((name) => name.endsWith('.part')).map((name) => statSync(join(packs, name)).size))
  await killed(['--data', data, '--json', 'dataset', 'pack', 'set'], () => partBytes() > AREA)
  const begun = partBytes()
  await killed(['--data', data, '--json', 'dataset', 'pack', 'set'], () => partBytes() > begun)
  assert.ok(partBytes() < FILMS * AREA)
  const resumed = await cli.answer<Packed>('dataset', 'pack', 'set')
  const whole = readFileSync(resumed.file)
  rmSync(resumed.file)
  const fresh = await cli.answer<Packed>('dataset', 'pack', 'set')
  for (const { images, unreadable } of [resumed, fresh]) assert.deepEqual([images, unreadable], [FILMS, 0])
  const undisturbed = readFileSync(fresh.file)
  const other = Array.from({ length: FILMS }, (_, film) => film).filter((film) => !rowOf(whole, film).equals(rowOf(undisturbed, film)))
  assert.deepEqual(other, [], 'the same rows as in one go')
  assert.ok(whole.equals(undisturbed))
})

test('training opens no image file: it reads the pack', async (t) => {
  const folder = temporary(t)
  const data = join(folder, 'data')
  const set = resource('samples', 'dataset')
  await new CommandLine(data).answer('dataset', 'import', set, '--name', 'samples')
  const opened = (...args: string[]): string[] => {
    const log = join(folder, 'opened')
    const { status, error, stderr } = spawnSync('strace', ['-f', '-qq', '-e', 'trace=open,openat,openat2', '-o', log, process.execPath, CLI, '--data', data, '--json', ...args], { encoding: 'utf8' })
    assert.equal(status, 0, `strace (Debian: apt install strace) ${String(error ?? '')}\n${stderr}`)
    return [...readFileSync(log, 'utf8').matchAll(/"([^"]+)"/g)].map(([, path]) => path!)
  }
  const image = (path: string): boolean => path.startsWith(set) && /\.(jpe?g|png|dcm)$/i.test(path)
  // That strace sees images at all, in the workers too.
  const films = readdirSync(set, { recursive: true, encoding: 'utf8' }).filter((name) => image(join(set, name)))
  assert.equal(new Set(opened('dataset', 'pack', 'samples', '--size', '64').filter(image)).size, films.length)
  const trained = opened('train', 'samples', '--size', '64', '--epochs', '2', '--batch', '8', '--init', 'random', '--device', 'cpu')
  assert.deepEqual(trained.filter(image), [])
  assert.ok(trained.some((path) => path.endsWith('-64.npy')), 'the pack was opened')
})
