import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { testLibrary } from '../../testing/library.ts'
import { sample } from '../testing.ts'
import { multipart } from './multipart.ts'
import { STUDY, webNode } from './testing.ts'

const NOTHING = { patientId: '', patientName: '', dates: '', modality: '' }

test('a search asks in the words of QIDO-RS and lists what the node has, newest first', async (t) => {
  const { address, asked } = await webNode(t)
  const { network, store } = testLibrary(t).services
  const node = network.nodes.save({ kind: 'dicomweb', name: 'Archive', address, user: 'reader', secret: 's3cret' })
  const { studies, more } = await network.search(node.id, { patientId: 'SAMPLE-003', patientName: 'SAMPLE', dates: '20200101-', modality: 'DX' })
  assert.deepEqual(studies[1], { studyInstanceUid: STUDY, patientName: 'SAMPLE^THREE', patientId: 'SAMPLE-003', date: '20200102', modality: 'DX, SR', description: '', images: 2, here: false })
  assert.deepEqual([studies.length, studies[0]!.date, more], [2, '20210304', false])
  const query = new URL(asked[0]!.url, address).searchParams
  assert.deepEqual(['PatientID', 'PatientName', 'StudyDate', 'ModalitiesInStudy', 'limit'].map((name) => query.get(name)), ['SAMPLE-003', 'SAMPLE*', '20200101-', 'DX', '101'])
  assert.equal(asked[0]!.accept, 'application/dicom+json')
  assert.deepEqual((await network.search(node.id, { ...NOTHING, patientId: 'NOBODY' })).studies, [])
  assert.ok((await network.test(node.id)).milliseconds >= 0)
  assert.doesNotMatch(JSON.stringify([network.nodes.list(), store.audit.list()]), /s3cret/)
})

test('a study comes whole, each part on its own; what is no film is listed', async (t) => {
  const { address, asked } = await webNode(t, { lead: 'preamble of a proxy' })
  const { services } = testLibrary(t)
  const { network, jobs } = services
  const node = network.nodes.save({ kind: 'dicomweb', name: 'Archive', address, user: 'reader', secret: 's3cret' })
  const job = await jobs.ended(network.retrieve(node.id, [STUDY]).id)
  assert.deepEqual([job.state, job.result], ['finished', { films: 2, failed: 1 }])
  assert.deepEqual(jobs.skipped(job.id).map(({ code, path }) => [code, path]), [['NOT_DICOM', STUDY]])
  assert.match(asked[0]!.accept, /multipart\/related; type="application\/dicom"; transfer-syntax=\*/)
  const { rows } = services.studies.list({ search: '', origin: 'library', sort: 'patientId', descending: false, offset: 0, limit: 10 })
  assert.deepEqual(rows.map(({ patientId }) => patientId), ['SAMPLE-003', 'SAMPLE-005'])
  for (const [i, name] of ['003', '005'].entries()) assert.deepEqual(readFileSync(services.store.images.get(rows[i]!.coverImage!).path!), readFileSync(sample(name)), 'to the byte')
})

test('an answer that ends early keeps the films that came whole, and says so', async (t) => {
  const { address } = await webNode(t, { cut: 400_000 })
  const { services } = testLibrary(t)
  const node = services.network.nodes.save({ kind: 'dicomweb', name: 'Archive', address, user: 'reader', secret: 's3cret' })
  const job = await services.jobs.ended(services.network.retrieve(node.id, [STUDY]).id)
  assert.equal(services.jobs.skipped(job.id)[0]!.code, 'NODE_ANSWER')
  assert.equal(job.result!['films'], services.studies.list({ search: '', origin: 'library', sort: 'date', descending: true, offset: 0, limit: 10 }).total)
})

test('a wrong password, a redirection, a node that is not there: by code, without the password', async (t) => {
  const { address } = await webNode(t)
  const { network, jobs } = testLibrary(t).services
  const save = (name: string, at: string, secret: string) => network.nodes.save({ kind: 'dicomweb', name, address: at, user: 'reader', secret }).id
  await assert.rejects(network.search(save('Wrong', address, 'n0t'), NOTHING), { code: 'NODE_REFUSED' })
  await assert.rejects(network.search(save('Moved', `${address}/moved`, 's3cret'), NOTHING), { code: 'NODE_UNREACHABLE' })
  await assert.rejects(network.search(save('Gone', 'http://127.0.0.1:1/dicom-web', 's3cret'), NOTHING), (error: Error) => !/s3cret/.test(JSON.stringify({ ...error, message: error.message })))
  const job = await jobs.ended(network.retrieve('Gone', [STUDY]).id)
  assert.equal(jobs.skipped(job.id)[0]!.code, 'NODE_UNREACHABLE')
  assert.throws(() => network.retrieve('Nowhere', [STUDY]), { code: 'NOT_FOUND' })
})

test('plain http leaves this machine for nobody; a password does not follow its node to another place', (t) => {
  const { nodes } = testLibrary(t).services.network
  assert.throws(() => nodes.save({ kind: 'dicomweb', name: 'Plain', address: 'http://archive.example/dicom-web', user: '' }), { code: 'PLAIN_HTTP' })
  const node = nodes.save({ kind: 'dicomweb', name: 'Archive', address: 'https://archive.example/dicom-web/', user: 'reader', secret: 's3cret' })
  assert.equal(nodes.secret(node.id), 's3cret')
  const edited = nodes.save({ kind: 'dicomweb', id: node.id, name: 'Renamed', address: 'https://archive.example/dicom-web', user: 'reader' })
  assert.deepEqual(edited, { kind: 'dicomweb', id: node.id, name: 'Renamed', address: 'https://archive.example/dicom-web', user: 'reader', secret: true })
  const moved = nodes.save({ kind: 'dicomweb', id: node.id, name: 'Moved', address: 'https://other.example/dicom-web', user: 'reader' })
  assert.deepEqual([moved.kind === 'dicomweb' && moved.secret, nodes.secret(node.id)], [false, ''])
  assert.throws(() => nodes.save({ kind: 'dicom', name: 'Moved', host: 'here', port: 104, aeTitle: 'A' }), { code: 'NAME_TAKEN' })
  assert.deepEqual(nodes.remove(node.id), [])
})

test('a certificate that nobody vouches for ends the connection before a word is said', async (t) => {
  const tls = new URL('../../../../test/fixtures/tls/', import.meta.url)
  const asked: string[] = []
  const server = createTlsServer({ key: readFileSync(new URL('untrusted.key', tls)), cert: readFileSync(new URL('untrusted.crt', tls)) }, (request, response) => {
    asked.push(request.url!)
    response.end('[]')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  const { network } = testLibrary(t).services
  const node = network.nodes.save({ kind: 'dicomweb', name: 'Archive', address: `https://127.0.0.1:${(server.address() as AddressInfo).port}/dicom-web`, user: 'reader', secret: 's3cret' })
  await assert.rejects(network.search(node.id, NOTHING), { code: 'NODE_UNTRUSTED' })
  assert.deepEqual(asked, [])
})

test('parts are the same however their bytes are cut', async () => {
  const body = Buffer.from('--B\r\n\r\n\r\n--\r\n--Bogus\r\n--B\r\nA: b\r\n\r\n\r\n--B--')
  // "--Bogus" begins like a delimiter; senders choose boundaries that do not occur, so only whole ones are tried here.
  const clean = Buffer.from(body.toString('latin1').replace('\r\n--Bogus', '\r\n--'))
  for (let size = 1; size < clean.length; size++) {
    const parts: string[] = []
    async function* pieces() {
      for (let at = 0; at < clean.length; at += size) yield clean.subarray(at, at + size)
    }
    for await (const part of multipart(pieces(), 'B')) {
      if (part.event === 'part') parts.push('')
      if (part.event === 'data') parts[parts.length - 1] += Buffer.from(part.bytes).toString('latin1')
    }
    assert.deepEqual(parts, ['\r\n--\r\n--', ''], `in pieces of ${size}`)
  }
})
