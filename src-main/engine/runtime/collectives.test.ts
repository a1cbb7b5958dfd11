import assert from 'node:assert/strict'
import { type ChildProcess, fork } from 'node:child_process'
import { on, once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { after, beforeEach, test } from 'node:test'
import type { RankCommand } from './collective-rank.ts'

interface Reply {
  values?: number[][]
  error?: { code: string; message: string }
  state?: number[]
}

const ENTRY = join(import.meta.dirname, 'collective-rank.ts')
const ranks: ChildProcess[] = []

function start(): ChildProcess {
  const child = fork(ENTRY, { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
  ranks.push(child)
  return child
}

let requests = 0

async function ask(rank: ChildProcess, command: RankCommand): Promise<Reply> {
  const id = requests++
  rank.send({ id, ...command })
  for await (const [message] of on(rank, 'message')) {
    const reply = message as Reply & { id: number }
    if (reply.id === id) return { ...(reply.values && { values: reply.values }), ...(reply.error && { error: reply.error, state: reply.state }) }
  }
  throw new Error('unreachable')
}

async function freePorts(count: number): Promise<string[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'))
  await Promise.all(servers.map((s) => once(s, 'listening')))
  const ports = servers.map((s) => `127.0.0.1:${(s.address() as { port: number }).port}`)
  await Promise.all(servers.map((s) => once(s.close(), 'close')))
  return ports
}

const killAll = async (): Promise<void> => {
  const alive = ranks.splice(0).filter((r) => r.exitCode === null && r.signalCode === null)
  await Promise.all(alive.map((r) => (r.kill('SIGKILL'), once(r, 'exit'))))
}
beforeEach(killAll)
after(killAll)

async function pair(timeout: number): Promise<{ a: ChildProcess; b: ChildProcess; tasks: string[] }> {
  const [a, b, tasks] = [start(), start(), await freePorts(2)]
  const opened = await Promise.all([a, b].map((rank, index) => ask(rank, { do: 'open', tasks, index, timeout })))
  assert.deepEqual(opened, [{ values: [] }, { values: [] }])
  return { a, b, tasks }
}

test('two processes reduce to the mean, update alike, and take rank 0\'s values', async () => {
  const { a, b } = await pair(30)
  for (const round of [1, 2]) {
    const [x, y] = await Promise.all([ask(a, { do: 'reduce', value: 1 }), ask(b, { do: 'reduce', value: 3 })])
    assert.deepEqual(x.values, [[2, 4], [5, 20], [5 * round, 20 * round]])
    assert.deepEqual(y.values, x.values)
  }
  const [x, y] = await Promise.all([ask(a, { do: 'broadcast', value: 7 }), ask(b, { do: 'broadcast', value: 9 })])
  assert.deepEqual(x.values, [[7, 7, 7], [7]])
  assert.deepEqual(y.values, x.values)
})

test('a dead peer fails the step before any update; re-armed, the survivor works with the restarted peer', async () => {
  const { a, b, tasks } = await pair(30)
  await Promise.all([a, b].map((rank) => ask(rank, { do: 'reduce', value: 1 })))
  const pending = ask(a, { do: 'reduce', value: 5 })
  b.kill('SIGKILL')
  await once(b, 'exit')
  await ask(a, { do: 'abort' })
  const failed = await pending
  assert.equal(failed.error?.code, 'COLLECTIVE_UNAVAILABLE', failed.error?.message)
  assert.deepEqual(failed.state, [1, 4]) // as the step before left it
  const again = await ask(a, { do: 'reduce', value: 5 })
  assert.equal(again.error?.code, 'COLLECTIVE_UNAVAILABLE', again.error?.message)

  const c = start()
  await ask(c, { do: 'open', tasks, index: 1, timeout: 30 })
  await ask(a, { do: 'rearm' })
  const [x, y] = await Promise.all([ask(a, { do: 'reduce', value: 2 }), ask(c, { do: 'reduce', value: 4 })])
  assert.deepEqual(x.values, [[3, 6], [10, 40], [11, 44]])
  assert.deepEqual(y.values, [[3, 6], [10, 40], [10, 40]])
})

test('a frozen peer fails the step when its time is up', async () => {
  const { a, b } = await pair(2)
  await Promise.all([a, b].map((rank) => ask(rank, { do: 'reduce', value: 1 })))
  b.kill('SIGSTOP')
  const failed = await ask(a, { do: 'reduce', value: 5 })
  assert.equal(failed.error?.code, 'COLLECTIVE_TIMEOUT', failed.error?.message)
})

test('a port that is taken is an error that names it', async () => {
  const { a, tasks } = await pair(30)
  const c = start()
  const reply = await ask(c, { do: 'open', tasks, index: 1, timeout: 5 })
  assert.equal(reply.error?.code, 'COLLECTIVE_PORT', reply.error?.message)
  assert.match(reply.error!.message, new RegExp(tasks[1]!))
  assert.ok(a.connected)
})
