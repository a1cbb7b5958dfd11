import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { WebSocketServer, type WebSocket as ServerSocket } from 'ws'
import { SocketTransport } from './socket.ts'
import type { Connection } from './transport.ts'

interface Asked {
  id: number
  name: string
}

/** A real server whose answers a test writes by hand. */
async function serve(port = 0) {
  const server = new WebSocketServer({ host: '127.0.0.1', port })
  await once(server, 'listening')
  return { server, port: (server.address() as AddressInfo).port, connected: once(server, 'connection') as Promise<[ServerSocket]> }
}
async function asked(socket: ServerSocket): Promise<Asked> {
  const [data] = (await once(socket, 'message')) as [Buffer]
  return JSON.parse(String(data)) as Asked
}
async function stop(server: WebSocketServer): Promise<void> {
  for (const client of server.clients) client.terminate()
  server.close()
  await once(server, 'close')
}

test('answers find their requests by id, in any order, and events their listeners until they stop', async () => {
  const { server, port, connected } = await serve()
  const transport = new SocketTransport(`ws://127.0.0.1:${port}`)
  const [socket] = await connected
  const messages: Asked[] = []
  const both = new Promise<void>((resolve) => socket.on('message', (data) => messages.push(JSON.parse(String(data)) as Asked) === 2 && resolve()))
  const jobs = transport.invoke('jobs.list', {})
  const models = transport.invoke('models.list', {})
  await both
  for (const { id, name } of messages.toReversed()) socket.send(JSON.stringify(name === 'jobs.list' ? { id, ok: true, output: [] } : { id, ok: false, error: { code: 'X', message: 'no' } }))
  assert.deepEqual((await jobs).ok, true)
  assert.deepEqual(await models, { id: messages.find(({ name }) => name === 'models.list')!.id, ok: false, error: { code: 'X', message: 'no' } })

  const heard: unknown[] = []
  const off = transport.on('changed', (payload) => heard.push(payload))
  const again = transport.invoke('jobs.list', {})
  const { id } = await asked(socket)
  socket.send(JSON.stringify({ event: 'changed', payload: { what: ['studies'] } }))
  socket.send(JSON.stringify({ id, ok: true, output: [] }))
  await again
  assert.deepEqual(heard, [{ what: ['studies'] }])
  off()
  transport.close()
  await stop(server)
})

test('a lost connection answers what was sent, keeps what was not, and comes back by itself', async () => {
  const first = await serve()
  const transport = new SocketTransport(`ws://127.0.0.1:${first.port}`)
  const states: Connection[] = []
  const lost = new Promise<void>((resolve) => transport.onConnection((state) => states.push(state) && state === 'lost' && resolve()))
  const [socket] = await first.connected
  const sent = transport.invoke('jobs.list', {})
  await asked(socket)
  await stop(first.server)
  const answer = await sent
  assert.equal(answer.ok === false && answer.error.code, 'CONNECTION_LOST')
  await lost

  const waiting = transport.invoke('models.list', {})
  const second = await serve(first.port)
  const [next] = await second.connected
  const { id, name } = await asked(next)
  assert.equal(name, 'models.list')
  next.send(JSON.stringify({ id, ok: true, output: [] }))
  assert.equal((await waiting).ok, true)
  assert.deepEqual(states.filter((state, index) => state !== states[index - 1]).at(-1), 'open')
  transport.close()
  await stop(second.server)
})
