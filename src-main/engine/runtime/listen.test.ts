import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { freeAddresses } from '../cluster/ports.ts'
import type { RankCommand } from './collective-rank.ts'

async function answers(host: string, port: number): Promise<boolean> {
  const socket = connect({ host, port })
  const answered = await Promise.race([once(socket, 'connect').then(() => true), once(socket, 'error').then(() => false)]).catch(() => false)
  socket.destroy()
  return answered
}

for (const [listen, elsewhere] of [[undefined, false], ['127.0.0.1', false], ['0.0.0.0', true]] as const) {
  test(`TensorFlow's server of a rank that is to listen at ${listen ?? 'what is the default'}: reached at another address: ${elsewhere}`, async (t) => {
    const tasks = await freeAddresses(2)
    const rank = fork(join(import.meta.dirname, 'collective-rank.ts'), { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
    t.after(() => rank.kill('SIGKILL'))
    rank.send({ id: 1, do: 'open', tasks, index: 0, timeout: 30, ...(listen && { listen }) } satisfies RankCommand & { id: number })
    const [reply] = (await once(rank, 'message')) as [{ error?: unknown }]
    assert.equal(reply.error, undefined)
    const port = Number(tasks[0]!.split(':')[1])
    assert.equal(await answers('127.0.0.1', port), true)
    assert.equal(await answers('127.0.0.2', port), elsewhere)
  })
}
