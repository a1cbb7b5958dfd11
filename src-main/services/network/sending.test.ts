import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { openFilm } from '#main/dicom/index.ts'
import { accept } from '#main/dicom/network/index.ts'
import { importNow, jpeg, testLibrary } from '../testing/library.ts'
import { SAMPLES, sample, storescp } from './testing.ts'

async function library(t: TestContext, ...paths: string[]) {
  const made = testLibrary(t)
  await importNow(made.services, paths)
  const out = join(made.folder, 'peer')
  mkdirSync(out)
  const { services } = made
  const studies = services.studies.list({ search: '', origin: 'library', sort: 'patientId', descending: false, offset: 0, limit: 100 }).rows.map(({ id }) => id)
  const send = async (port: number, what: { reports?: ('sr' | 'sc')[]; films?: boolean } = {}) => {
    const job = await services.jobs.ended(services.network.sendTo({ host: '127.0.0.1', port, aeTitle: 'PEER' }, 'PEER', { studies, films: true, reports: [], ...what }).id)
    return { ...job, skipped: services.jobs.skipped(job.id) }
  }
  return { ...made, out, studies, send }
}

test('storescp gets every film in its own coding, pixel for pixel; pictures as secondary captures', async (t) => {
  const here = await library(t, SAMPLES)
  await jpeg(join(here.folder, 'picture.jpg'))
  await importNow(here.services, join(here.folder, 'picture.jpg'))
  here.studies.splice(0, Infinity, ...here.services.studies.list({ search: '', origin: 'library', sort: 'patientId', descending: false, offset: 0, limit: 100 }).rows.map(({ id }) => id))
  const { port } = await storescp(t, here.out, '+xa')
  const { result, skipped } = await here.send(port)
  // dcmtk does not take JPEG Process 14 without selection value.
  assert.deepEqual([result, skipped.map(({ code, path }) => [code, path])], [{ sent: 6, failed: 1 }, [['CODING_REFUSED', 'sample-001-2019.dcm']]])
  const got = new Map(await Promise.all(readdirSync(here.out).map(async (name) => openFilm(join(here.out, name)).then((film) => [film.uids.sopInstanceUid, film] as const))))
  for (const name of readdirSync(SAMPLES).filter((name) => name !== 'sample-001-2019.dcm')) {
    const sent = await openFilm(join(SAMPLES, name))
    const film = got.get(sent.uids.sopInstanceUid)!
    assert.equal(film.metadata!.transferSyntaxUid, sent.metadata!.transferSyntaxUid)
    assert.deepEqual((await film.frame()).pixels, (await sent.frame()).pixels)
    got.delete(sent.uids.sopInstanceUid)
  }
  assert.deepEqual([...got.values()].map(({ metadata }) => metadata!.sopClassUid), ['1.2.840.10008.5.1.4.1.1.7'])
  assert.equal(here.services.store.audit.list().filter(({ action }) => action === 'study.send').length, 6)
})

test('a system that takes only uncompressed films: each of the others is listed with its coding', async (t) => {
  const here = await library(t, SAMPLES)
  const { port } = await storescp(t, here.out, '+xe')
  const { state, result, skipped } = await here.send(port)
  assert.deepEqual([state, result], ['finished', { sent: 1, failed: 5 }])
  assert.ok(skipped.every(({ code }) => code === 'CODING_REFUSED'))
})

test('report objects arrive as what they are', async (t) => {
  const here = await library(t, sample('005'))
  const { port } = await storescp(t, here.out, '+xe')
  assert.deepEqual((await here.send(port, { films: false, reports: ['sr', 'sc'] })).result, { sent: 2, failed: 0 })
  assert.deepEqual(readdirSync(here.out).map((name) => name.slice(0, 2)).sort(), ['SC', 'SR'])
})

test('a system that is not there fails the job by code; a film that is gone costs only itself', async (t) => {
  const here = await library(t, SAMPLES)
  const { error } = await here.send(1)
  assert.equal(error?.code, 'PEER_UNREACHABLE')
  const film = here.services.store.images.get(here.services.studies.list({ search: 'SAMPLE-005', origin: 'library', sort: 'date', descending: true, offset: 0, limit: 1 }).rows[0]!.coverImage!)
  here.services.store.images.attach(film.key, { path: join(here.folder, 'gone.dcm'), bytes: 1, rows: 1, columns: 1 })
  const { port } = await storescp(t, here.out, '+xa')
  const { result, skipped } = await here.send(port)
  assert.deepEqual(result, { sent: 4, failed: 2 })
  assert.deepEqual(skipped.map(({ code }) => code).sort(), ['CODING_REFUSED', 'FILE_NOT_FOUND'])
})

test('a connection that breaks is opened again, and no film is missing or lost', async (t) => {
  const here = await library(t, SAMPLES)
  let port = 0
  let breaks = 2
  const kept: string[] = []
  const peer = await accept({
    bind: '127.0.0.1',
    port: 0,
    aeTitle: 'PEER',
    allows: () => true,
    async open({ sopInstanceUid }) {
      return { write: async () => {}, finish: async () => void kept.push(sopInstanceUid), discard: async () => {} }
    },
  })
  t.after(() => peer.close())
  port = peer.address.port
  // Between us and the peer, cutting the first connections after some kilobytes.
  const { createServer, connect } = await import('node:net')
  const middle = createServer((socket) => {
    const on = connect(port, '127.0.0.1').on('error', () => {})
    socket.on('error', () => {}).on('close', () => on.destroy())
    let passed = 0
    socket.on('data', (chunk: Buffer) => {
      passed += chunk.length
      if (breaks > 0 && passed > 100_000) return void (breaks--, socket.destroy(), on.destroy())
      on.write(chunk)
    })
    on.on('data', (chunk: Buffer) => socket.write(chunk)).on('close', () => socket.destroy())
  })
  await new Promise<void>((resolve) => middle.listen(0, '127.0.0.1', resolve))
  t.after(() => middle.close())
  const { result } = await here.send((middle.address() as { port: number }).port)
  assert.deepEqual(result, { sent: 6, failed: 0 })
  assert.equal(breaks, 0)
  assert.equal(new Set(kept).size, 6)
})

test('cancelled, a job ends and keeps the peer intact', async (t) => {
  const here = await library(t, SAMPLES)
  const kept: string[] = []
  let cancel = (): void => {}
  const peer = await accept({
    bind: '127.0.0.1',
    port: 0,
    aeTitle: 'PEER',
    allows: () => true,
    async open({ sopInstanceUid }) {
      cancel()
      return { write: async () => {}, finish: async () => void kept.push(sopInstanceUid), discard: async () => {} }
    },
  })
  t.after(() => peer.close())
  const job = here.services.network.sendTo({ host: '127.0.0.1', port: peer.address.port, aeTitle: 'PEER' }, 'PEER', { studies: here.studies, films: true, reports: [] })
  cancel = () => void here.services.jobs.cancel(job.id)
  const { state } = await here.services.jobs.ended(job.id)
  assert.equal(state, 'cancelled')
  assert.ok(kept.length <= 1)
  rmSync(here.out, { recursive: true })
})
