import assert from 'node:assert/strict'
import { once } from 'node:events'
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { filmOf, openFilm } from '#main/dicom/index.ts'
import { associate, instanceOf } from '#main/dicom/network/index.ts'
import { testLibrary, type TestLibrary } from '../testing/library.ts'
import { dcmtk, sample } from './testing.ts'

const SETTINGS = { enabled: true, bind: '127.0.0.1', port: 0, aeTitle: 'HERE', allow: [] as string[] }

async function listening({ services }: TestLibrary, allow: string[] = []): Promise<{ port: number; address: string[] }> {
  const { listening: at } = await services.network.receiving.start({ ...SETTINGS, allow })
  return { port: at!.port, address: ['-aec', 'HERE', '127.0.0.1', String(at!.port)] }
}

const received = (folder: string): string[] => readdirSync(join(folder, 'data/received'), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map(({ name }) => name)
const worklist = ({ services }: TestLibrary) => services.studies.list({ search: '', origin: 'library', sort: 'date', descending: true, offset: 0, limit: 100 }).rows

test('what storescu sends in each coding is in the worklist, every pixel as it was', async (t) => {
  const library = testLibrary(t)
  const { services } = library
  const { address } = await listening(library)
  assert.equal((await dcmtk('echoscu', ...address)).code, 0)
  const ways = [['001-2015', '-xs'], ['003', '-xr'], ['004', '-xy'], ['005', '-xe'], ['005', '-xi']] as const
  for (const [name, coding] of ways) assert.deepEqual(await dcmtk('storescu', coding, ...address, sample(name)).then(({ code }) => code), 0)
  await services.network.settled()
  const rows = worklist(library)
  assert.deepEqual(rows.map(({ patientId }) => patientId).sort(), ['SAMPLE-001', 'SAMPLE-003', 'SAMPLE-004', 'SAMPLE-005'])
  assert.ok(library.events.some(({ name, payload }) => name === 'changed' && (payload as { what: string[] }).what.includes('studies')))
  for (const row of rows) {
    const { path } = services.store.images.get(row.coverImage!)
    const [sent, kept] = await Promise.all([openFilm(sample({ 'SAMPLE-001': '001-2015' }[row.patientId] ?? row.patientId.slice(7))), openFilm(path!)])
    assert.equal(kept.metadata!.transferSyntaxUid, row.patientId === 'SAMPLE-005' ? '1.2.840.10008.1.2' : sent.metadata!.transferSyntaxUid)
    assert.deepEqual((await kept.frame()).pixels, (await sent.frame()).pixels)
  }
})

test('who calls another title or is not on the list is refused, and the audit says so without a word on patients', async (t) => {
  const library = testLibrary(t)
  const { port, address } = await listening(library, ['FRIEND'])
  assert.match((await dcmtk('echoscu', '-aec', 'ELSE', '-aet', 'FRIEND', '127.0.0.1', String(port))).said, /Called AE Title Not Recognized/)
  assert.match((await dcmtk('storescu', '-aet', 'STRANGER', ...address, sample('005'))).said, /Calling AE Title Not Recognized/)
  assert.equal((await dcmtk('echoscu', '-aet', 'FRIEND', ...address)).code, 0)
  assert.deepEqual(library.services.network.receiving.state().refused.map(({ calling }) => calling), ['STRANGER', 'FRIEND'])
  const audit = JSON.stringify(library.services.store.audit.list().filter(({ action }) => action === 'receive.refused'))
  assert.match(audit, /STRANGER/)
  assert.doesNotMatch(audit, /SAMPLE|2\.25\./)
  assert.deepEqual(received(library.folder), [])
})

test('beyond this machine there must be a list; a port in use is said', async (t) => {
  const library = testLibrary(t)
  const { receiving } = library.services.network
  await assert.rejects(receiving.start({ ...SETTINGS, bind: '0.0.0.0' }), { code: 'RECEIVE_OPEN_TO_ALL' })
  await assert.rejects(receiving.start({ ...SETTINGS, aeTitle: 'A\\B' }), { code: 'INVALID_AE_TITLE' })
  const { port } = await listening(library)
  await assert.rejects(testLibrary(t).services.network.receiving.start({ ...SETTINGS, port }), { code: 'PORT_IN_USE' })
})

test('the same film again is one film; another under its UID lies beside it', async (t) => {
  const library = testLibrary(t)
  const { address } = await listening(library)
  for (const coding of ['-xe', '-xe', '-xi']) assert.equal((await dcmtk('storescu', coding, ...address, sample('005'))).code, 0)
  await library.services.network.settled()
  assert.equal(received(library.folder).length, 2)
  assert.deepEqual(worklist(library).map(({ images }) => images), [1])
})

test('an association that breaks inside a film leaves nothing, and the next one is served', async (t) => {
  const library = testLibrary(t)
  const { port, address } = await listening(library)
  const whole = instanceOf(readFileSync(sample('005')), 'sample')
  const association = await associate({ host: '127.0.0.1', port, aeTitle: 'HERE' }, [whole], { calling: 'BREAKS' })
  const stored = association.store(whole).catch((error: unknown) => error)
  association.abort()
  assert.ok((await stored) instanceof Error)
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  socket.write('GET / HTTP/1.1\r\n\r\n')
  await once(socket, 'close')
  assert.equal((await dcmtk('storescu', '-xr', ...address, sample('003'))).code, 0)
  await library.services.network.settled()
  assert.deepEqual(worklist(library).map(({ patientId }) => patientId), ['SAMPLE-003'])
  assert.equal(received(library.folder).length, 1)
  assert.deepEqual(readdirSync(join(library.folder, 'data/received/.incoming')), [])
})

test('what is no film, or not the one announced, is refused by a status, and costs only itself', async (t) => {
  const library = testLibrary(t)
  const { port } = await listening(library)
  const whole = instanceOf(readFileSync(sample('005')), 'sample')
  const association = await associate({ host: '127.0.0.1', port, aeTitle: 'HERE' }, [whole], { calling: 'PEER' })
  const cut = await association.store({ ...whole, data: whole.data.subarray(0, 5000) })
  assert.deepEqual(cut, { status: 0xc000, comment: 'TRUNCATED_FILE' })
  assert.equal((await association.store({ ...whole, sopInstanceUid: '2.25.1' })).status, 0xa900)
  assert.equal((await association.store({ ...whole, sopInstanceUid: '../../evil' })).status, 0xc000)
  assert.equal((await association.store(whole)).status, 0)
  await association.release()
  await library.services.network.settled()
  assert.equal(received(library.folder).length, 1)
})

test('a folder that cannot be written costs the film, not the association', async (t) => {
  const library = testLibrary(t)
  const { port, address } = await listening(library)
  const incoming = join(library.folder, 'data/received/.incoming')
  rmSync(incoming, { recursive: true })
  writeFileSync(incoming, '')
  const whole = instanceOf(readFileSync(sample('005')), 'sample')
  const association = await associate({ host: '127.0.0.1', port, aeTitle: 'HERE' }, [whole], { calling: 'PEER' })
  assert.equal((await association.store(whole)).status, 0x0110)
  rmSync(incoming)
  mkdirSync(incoming)
  assert.equal((await association.store(whole)).status, 0)
  await association.release()
  assert.equal((await dcmtk('echoscu', ...address)).code, 0)
})

test('films that were kept but not imported when the program ended are imported at the next start, halves are forgotten', async (t) => {
  const library = testLibrary(t)
  const root = join(library.folder, 'data/received')
  for (const name of ['.incoming', '.pending', '1.2']) mkdirSync(join(root, name), { recursive: true })
  copyFileSync(sample('003'), join(root, '1.2/3.dcm'))
  writeFileSync(join(root, '.pending/1-1-3'), '1.2/3.dcm\n')
  writeFileSync(join(root, '.pending/1-2-4'), '1.2/4.dcm\n')
  // No process has so high an id.
  writeFileSync(join(root, '.incoming/4194304999-1.part'), 'half')
  await listening(library)
  await library.services.network.settled()
  assert.deepEqual(worklist(library).map(({ patientId }) => patientId), ['SAMPLE-003'])
  assert.deepEqual(received(library.folder), ['3.dcm'])
  assert.ok(!existsSync(join(root, '.incoming/4194304999-1.part')))
  await filmOf(readFileSync(join(root, '1.2/3.dcm')), 'kept')
})
