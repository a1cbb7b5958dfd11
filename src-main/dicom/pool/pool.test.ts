import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import { after, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import sharp from 'sharp'
import { fixture, fixtureBytes } from '../testing/fixtures.ts'
import { writtenFilm } from '../testing/written.ts'
import { networkInput, openFilm } from '../films.ts'
import { writeFilm } from '../write/film.ts'
import { createDecodePool } from './pool.ts'
import type { DecodePool } from './pool.ts'

const folder = mkdtempSync(join(tmpdir(), 'xclassifier-pool-'))
const pool = createDecodePool({ workers: 2 })
after(async () => {
  await pool.close()
  rmSync(folder, { recursive: true, force: true })
})

const alive = join(folder, 'alive')
const release = join(folder, 'release')

/** A worker that hangs on one file until released, dies on others, and answers the length of the rest's names. */
function stubbornPool(timeoutMs: number, memoryMb?: number): DecodePool {
  const entry = join(folder, 'stubborn.mjs')
  writeFileSync(
    entry,
    `import { existsSync, writeFileSync } from 'node:fs'
     import { parentPort } from 'node:worker_threads'
     parentPort.on('message', ({ path }) => {
       if (path === 'hangs') {
         while (!existsSync(${JSON.stringify(release)}));
         writeFileSync(${JSON.stringify(alive)}, '')
       }
       if (path === 'swells') {
         const held = []
         while (true) held.push(new Uint8Array(1 << 24).fill(1))
       }
       if (path === 'waits') return setTimeout(() => parentPort.postMessage({ ok: true, output: path.length }), 3000)
       if (path === 'dies later') setTimeout(() => process.exit(4), 1)
       if (path === 'dies') process.exit(3)
       if (path === 'throws') throw new Error('out of reach')
       parentPort.postMessage({ ok: true, output: path.length })
     })`,
  )
  return createDecodePool({ workers: 1, timeoutMs, memoryMb, entry: pathToFileURL(entry) })
}

const tags = (it: DecodePool, path: string) => it.run({ task: 'tags', path })

test('a file that keeps its decoder busy is given up, and the next one is decoded', async () => {
  const stubborn = stubbornPool(300)
  const [hung, next] = await Promise.allSettled([tags(stubborn, 'hangs'), tags(stubborn, 'next')])
  assert.equal(hung.status, 'rejected')
  assert.equal(hung.reason.code, 'DECODE_TIMEOUT')
  assert.equal(hung.reason.file, 'hangs')
  assert.deepEqual(next, { status: 'fulfilled', value: 4 })
  // A decoder that were still running would now leave its loop and its mark.
  writeFileSync(release, '')
  await setTimeout(100)
  rmSync(release)
  assert.equal(existsSync(alive), false)
  await stubborn.close()
})

test('waiting is no decoding: a file that the machine lets wait is not given up', async () => {
  const stubborn = stubbornPool(1500)
  const [waited] = await Promise.allSettled([tags(stubborn, 'waits')])
  // Before Node 24.6 no thread tells its CPU time, and the clock counts.
  if ('cpuUsage' in Worker.prototype) assert.deepEqual(waited, { status: 'fulfilled', value: 5 })
  else assert.equal(waited.status === 'rejected' && waited.reason.code, 'DECODE_TIMEOUT')
  await stubborn.close()
})

test('a file that takes more memory than it may costs only itself', async () => {
  const stubborn = stubbornPool(60_000, 256)
  const [swollen, next] = await Promise.allSettled([tags(stubborn, 'swells'), tags(stubborn, 'next')])
  assert.equal(swollen.status, 'rejected')
  assert.equal(swollen.reason.code, 'DECODE_MEMORY')
  assert.equal(swollen.reason.file, 'swells')
  assert.deepEqual(next, { status: 'fulfilled', value: 4 })
  await stubborn.close()
})

test('a decoder that dies while it waits is replaced', async () => {
  const stubborn = stubbornPool(5000)
  assert.equal(await tags(stubborn, 'dies later') as unknown, 10)
  await setTimeout(100)
  assert.equal(await tags(stubborn, 'next') as unknown, 4)
  await stubborn.close()
})

test('decoders write nothing to standard output, which belongs to the command line', () => {
  const films = JSON.stringify(new URL('../films.ts', import.meta.url).href)
  const paths = JSON.stringify(['j2k-90', 'jpeg-ls-80', 'jpeg-lossless-70', 'jpeg-baseline-50'].map((name) => fixture(`${name}.dcm`)))
  const script = `const { networkInput } = await import(${films}); for (const path of ${paths}) await networkInput(path, 8); console.log('done')`
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' })
  assert.deepEqual([stdout, stderr], ['done\n', ''])
})

test('a file that kills its decoder costs only itself', async () => {
  const stubborn = stubbornPool(20_000)
  const results = await Promise.allSettled(['dies', 'one', 'throws', 'three'].map((path) => tags(stubborn, path)))
  const outcome = results.map((result) => (result.status === 'fulfilled' ? result.value : result.reason.code))
  assert.deepEqual(outcome, ['DECODE_CRASHED', 3, 'DECODE_CRASHED', 5])
  await stubborn.close()
})

test('closing fails what still runs or waits', async () => {
  const stubborn = stubbornPool(20_000)
  const waiting = Promise.allSettled([tags(stubborn, 'hangs'), tags(stubborn, 'waits')])
  await stubborn.close()
  const codes = (await waiting).map((result) => (result.status === 'rejected' ? result.reason.code : null))
  assert.deepEqual(codes, ['POOL_CLOSED', 'POOL_CLOSED'])
  await assert.rejects(tags(stubborn, 'late'), { code: 'POOL_CLOSED' })
})

test('an aborted request rejects with the reason, and the pool goes on', async () => {
  const control = new AbortController()
  const reason = new Error('cancelled')
  const requests = ['eight', 'rle', 'j2k-90'].map((name) => pool.run({ task: 'input', path: fixture(`${name}.dcm`), size: 32 }, { signal: control.signal }))
  control.abort(reason)
  for (const request of requests) await assert.rejects(request, reason)
  assert.equal((await pool.run({ task: 'input', path: fixture('eight.dcm'), size: 32 })).length, 1024)
})

test('network inputs from workers equal those made here', async () => {
  const names = ['eight.dcm', 'rle.dcm', 'jpeg-ls-80.dcm', 'j2k-90.dcm', 'grey8.png', 'grey8.jpg', 'display-voi-lut.dcm']
  const inputs = await Promise.all(names.map((name) => pool.run({ task: 'input', path: fixture(name), size: 24 })))
  for (const [i, name] of names.entries()) assert.deepEqual(inputs[i], await networkInput(fixture(name), 24), name)
})

test('films read at the same time in one thread keep their own bytes, and those after them too', async () => {
  const paths = ['eight', 'display-percentile', 'sixteen', 'rle', 'j2k-90'].map((name) => fixture(`${name}.dcm`))
  const alone: Uint8Array[] = []
  for (const path of paths) alone.push(await networkInput(path, 24))
  assert.deepEqual(await Promise.all(paths.map((path) => networkInput(path, 24))), alone)
})

test('one worker decodes every coding, whichever comes first', async () => {
  const names = ['j2k-90', 'htj2k', 'jpeg-ls-80', 'jpeg-baseline-50', 'jpeg-lossless-70', 'rle']
  for (const order of [names, names.toReversed()]) {
    const one = createDecodePool({ workers: 1 })
    try {
      for (const name of order) assert.equal((await one.run({ task: 'input', path: fixture(`${name}.dcm`), size: 8 })).length, 64, name)
    } finally {
      await one.close()
    }
  }
})

test('inspection says what a film is, with derived UIDs where it has none', async () => {
  const dicom = await pool.run({ task: 'inspect', path: fixture('display-linear.dcm') })
  assert.deepEqual([dicom.kind, dicom.width, dicom.height, dicom.metadata?.patientId, dicom.uids.sopInstanceUid], ['dicom', 32, 40, 'F-1', '2.25.1'])
  assert.equal(dicom.display?.kind === 'window' && dicom.display.window.center, 1800)
  const png = await pool.run({ task: 'inspect', path: fixture('grey16.png') })
  assert.match(png.uids.studyInstanceUid, /^2\.25\.\d{1,39}$/)
  assert.notEqual(png.uids.studyInstanceUid, png.uids.sopInstanceUid)
  assert.deepEqual((await pool.run({ task: 'inspect', path: fixture('grey16.png') })).uids, png.uids)
})

test('the header alone says what the whole file says, and the size of the file that its pixels are all there', async () => {
  const whole = writeFilm({ ...writtenFilm('DX', new Uint16Array(600 * 500)), rows: 600, columns: 500 })
  const path = join(folder, 'great.dcm')
  writeFileSync(path, whole)
  const full = await pool.run({ task: 'inspect', path })
  assert.deepEqual(await pool.run({ task: 'inspect', path, decode: false }), { ...full, display: null })
  assert.deepEqual([full.fileBytes, full.width, full.height], [whole.length, 500, 600])
  writeFileSync(path, whole.slice(0, -10))
  await assert.rejects(pool.run({ task: 'inspect', path, decode: false }), { code: 'TRUNCATED_FILE', file: path })
  const { bytes } = await openFilm(fixture('deflated.dcm'))
  writeFileSync(path, Buffer.concat([bytes, new Uint8Array(1 << 18)]))
  assert.equal((await pool.run({ task: 'inspect', path, decode: false })).metadata?.patientId, 'F-1')
})

test('bad files come back as coded errors that name them', async () => {
  const jpeg = fixtureBytes('grey8.jpg')
  const bad: [name: string, code: string, bytes: Uint8Array | null][] = [
    ['cut.dcm', 'TRUNCATED_FILE', fixtureBytes('explicit.dcm').slice(0, 1500)],
    ['letter.dcm', 'NOT_DICOM', new TextEncoder().encode('Dear colleague, the film follows. '.repeat(9))],
    ['cut.jpg', 'CORRUPT_IMAGE', jpeg.slice(0, jpeg.length >> 1)],
    ['noise.jpg', 'CORRUPT_IMAGE', Uint8Array.from(jpeg, (byte, i) => (i < 3 ? byte : (i * 37) & 255))],
    ['letter.png', 'CORRUPT_IMAGE', new TextEncoder().encode('not a picture')],
    ['cut.png', 'CORRUPT_IMAGE', fixtureBytes('grey8.png').slice(0, 700)],
    ['absent.dcm', 'FILE_NOT_FOUND', null],
  ]
  for (const [name, code, bytes] of bad) {
    const path = join(folder, name)
    if (bytes) writeFileSync(path, bytes)
    await assert.rejects(pool.run({ task: 'inspect', path }), { code, file: path }, name)
  }
})

test('thumbnails fit their box and keep the shape', async () => {
  const { width, height, format, channels } = await sharp(await pool.run({ task: 'thumbnail', path: fixture('display-signed-window.dcm'), size: 20 })).metadata()
  assert.deepEqual([width, height, format, channels], [16, 20, 'jpeg', 1])
  // Pixels twice as high as wide make a film of 32 by 40 look like one of 32 by 80.
  const tall = join(folder, 'tall.dcm')
  writeFileSync(tall, writeFilm({ ...writtenFilm('SC', new Uint16Array(32 * 40)), extra: [[0x00280034, 'IS', ['2', '1']]] }))
  const shape = await sharp(await pool.run({ task: 'thumbnail', path: tall, size: 20 })).metadata()
  assert.deepEqual([shape.width, shape.height], [8, 20])
  const png = await pool.run({ task: 'displayPng', path: fixture('eight.dcm') })
  assert.deepEqual(Uint8Array.from(await sharp(png).toColourspace('b-w').raw().toBuffer()), (await pool.run({ task: 'display', path: fixture('eight.dcm') })).pixels)
})

test('while films wait for a decoder, or decoders are closed, the process stays; idle ones do not keep it', () => {
  const [source, film] = [new URL('./pool.ts', import.meta.url).href, fixture('j2k-90.dcm')].map((text) => JSON.stringify(text))
  const script = join(folder, 'stays.mjs')
  writeFileSync(
    script,
    `import { createDecodePool } from ${source}
     const pool = createDecodePool({ workers: 1 })
     const films = await Promise.all(Array.from({ length: 40 }, () => pool.run({ task: 'thumbnail', path: ${film}, size: 30 })))
     console.log(films.length)
     if (process.argv[2]) {
       const other = createDecodePool({ workers: 1 })
       await other.run({ task: 'thumbnail', path: ${film}, size: 30 })
       await other.close()
       console.log('closed')
     }`,
  )
  const run = (...options: string[]) => {
    const { stdout, status } = spawnSync(process.execPath, [script, ...options], { encoding: 'utf8' })
    return { stdout, status }
  }
  assert.deepEqual(run(), { stdout: '40\n', status: 0 })
  assert.deepEqual(run('close'), { stdout: '40\nclosed\n', status: 0 })
})
