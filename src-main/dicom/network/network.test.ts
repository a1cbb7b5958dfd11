import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { fixture } from '../testing/fixtures.ts'
import { accept } from './acceptor.ts'
import { decodeCommand, encodeCommand } from './command.ts'
import { instanceOf } from './instance.ts'
import { decodePdu, encodePdu } from './pdu.ts'
import { associate } from './requestor.ts'

/** An A-ASSOCIATE-RQ as echoscu 3.6.7 of dcmtk sends it (`echoscu -v -aet ECHOSCU -aec HERE`), read off the wire. */
const RECORDED = JSON.parse(readFileSync(new URL('../../../test/golden/network/echoscu.json', import.meta.url), 'utf8')) as { request: string; echo: string }

const filmed = () => instanceOf(readFileSync(fixture('written-dx.dcm')), 'written-dx.dcm')

async function acceptor(t: TestContext, options: Partial<Parameters<typeof accept>[0]>) {
  const refused: string[] = []
  const made = await accept({ bind: '127.0.0.1', port: 0, aeTitle: 'HERE', allows: () => true, open: () => Promise.reject(new Error('not here')), refused: ({ reason }) => refused.push(reason), ...options })
  t.after(() => made.close())
  return { peer: { host: '127.0.0.1', port: made.address.port, aeTitle: 'HERE' }, refused }
}

test('what dcmtk sends is read as it means it', () => {
  const bytes = Buffer.from(RECORDED.request, 'hex')
  assert.deepEqual(decodePdu(bytes[0]!, bytes.subarray(6)), {
    type: 'associate-rq',
    called: 'HERE',
    calling: 'ECHOSCU',
    contexts: [{ id: 1, abstractSyntax: '1.2.840.10008.1.1', transferSyntaxes: ['1.2.840.10008.1.2'] }],
    maxLength: 16384,
  })
  const data = decodePdu(4, Buffer.from(RECORDED.echo, 'hex').subarray(6))
  assert.ok(data.type === 'data' && data.values.length === 1)
  const { field, message, hasData, sopClassUid } = decodeCommand(Buffer.from(data.values[0]!.data))
  assert.deepEqual({ field, message, hasData, sopClassUid }, { field: 0x30, message: 1, hasData: false, sopClassUid: '1.2.840.10008.1.1' })
  assert.equal(encodeCommand({ field, message, hasData, sopClassUid }).toString('hex'), Buffer.from(data.values[0]!.data).toString('hex'), 'and ours is the same, to the byte')
})

test('units survive coding; cut or lying ones are refused by code', () => {
  const request = { type: 'associate-rq', called: 'A', calling: 'B', contexts: [{ id: 3, abstractSyntax: '1.2.3', transferSyntaxes: ['1.2', '1.3'] }], maxLength: 4096 } as const
  const bytes = encodePdu({ ...request, contexts: request.contexts.map((context) => ({ ...context, transferSyntaxes: [...context.transferSyntaxes] })) })
  assert.deepEqual(decodePdu(1, bytes.subarray(6)), request)
  for (let length = 0; length < bytes.length - 6; length++) {
    try {
      decodePdu(1, bytes.subarray(6, 6 + length))
    } catch (error) {
      assert.equal((error as { code?: string }).code, 'DICOM_PROTOCOL')
    }
  }
  assert.throws(() => decodePdu(4, Buffer.from('00000fff0103', 'hex')), { code: 'DICOM_PROTOCOL' })
  assert.throws(() => decodePdu(9, Buffer.alloc(4)), { code: 'DICOM_PROTOCOL' })
})

test('a full disk is status A700 with nothing kept, and the association goes on', async (t) => {
  const calls: string[] = []
  let full = true
  const { peer } = await acceptor(t, {
    open: async () => ({
      async write() {
        if (full) throw Object.assign(new Error('no space left on device, /secret/place'), { code: 'ENOSPC' })
      },
      finish: async () => void calls.push('finish'),
      discard: async () => void calls.push('discard'),
    }),
  })
  const association = await associate(peer, [filmed()], { calling: 'PEER' })
  assert.deepEqual(await association.store(filmed()), { status: 0xa700, comment: 'the disk is full' })
  assert.deepEqual(calls, ['discard'])
  full = false
  assert.deepEqual(await association.store(filmed()), { status: 0, comment: '' })
  assert.deepEqual(calls, ['discard', 'finish'])
  await association.release()
})

test('noise, giants and silence end at the connection', async (t) => {
  const { peer, refused } = await acceptor(t, { idleMs: 300 })
  const say = async (bytes: Buffer): Promise<void> => {
    const socket = connect(peer.port, peer.host).on('error', () => {})
    socket.resume()
    socket.write(bytes)
    await once(socket, 'close')
  }
  await say(Buffer.from('GET / HTTP/1.1\r\nHost: here\r\n\r\n'))
  await say(Buffer.from('0100ffffffff', 'hex'))
  await say(encodePdu({ type: 'data', values: [{ context: 1, command: true, last: true, data: Buffer.alloc(10) }] }))
  await say(Buffer.from('01', 'hex'))
  assert.equal(refused.length, 4)
  assert.match(refused.at(-1)!, /Nothing came/)
})

test('the seventeenth association at a time is refused, and served once another has ended', async (t) => {
  const { peer, refused } = await acceptor(t, {})
  const open = await Promise.all(Array.from({ length: 16 }, () => associate(peer, [], { calling: 'PEER' })))
  await assert.rejects(associate(peer, [], { calling: 'PEER' }), { code: 'PEER_REFUSED' })
  assert.deepEqual(refused, ['too many associations at once'])
  await Promise.all(open.map((association) => association.release()))
  await (await associate(peer, [], { calling: 'PEER' })).release()
})

test('kinds that the other side does not take are known before anything is sent', async (t) => {
  const { peer, refused } = await acceptor(t, {})
  const report = { sopClassUid: '1.2.840.10008.5.1.4.1.1.88.33', transferSyntaxUid: '1.2.840.10008.1.2.1' }
  const film = { ...filmed(), transferSyntaxUid: '1.2.840.10008.1.2.4.100' }
  const association = await associate(peer, [report, film, filmed()], { calling: 'PEER' })
  assert.deepEqual([report, film, filmed()].map((kind) => association.takes(kind)), [false, false, true])
  await association.echo()
  await association.release()
  assert.deepEqual(refused, [])
  await assert.rejects(associate({ ...peer, aeTitle: 'OTHER' }, [], { calling: 'PEER' }), { code: 'PEER_REFUSED', message: /another AE title/ })
})
