import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { WebSocket } from 'ws'

test('the web host prints one line, answers behind its token, and ends cleanly on SIGTERM', async () => {
  const data = await mkdtemp(join(tmpdir(), 'web-entry-'))
  const child = spawn(process.execPath, [join(import.meta.dirname, 'web.ts'), '--data', data, '--no-open'], { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  const lines: string[] = []
  const reader = createInterface({ input: child.stdout })
  reader.on('line', (line) => lines.push(line))
  try {
    await Promise.race([once(reader, 'line'), exited.then(([code]) => assert.fail(`ended with ${String(code)} before it was ready`))])
    const address = new URL(lines[0]!)
    assert.equal(address.hostname, '127.0.0.1')

    assert.equal((await fetch(address.origin)).status, 401)
    const entered = await fetch(address, { redirect: 'manual' })
    assert.equal(entered.status, 303)
    const cookie = entered.headers.get('set-cookie')!.split(';')[0]!

    const socket = new WebSocket(`ws://${address.host}/rpc`, { headers: { cookie, origin: address.origin } })
    await once(socket, 'open')
    const answered = new Promise<Record<string, unknown>>((resolve) => {
      socket.on('message', (text) => {
        const message = JSON.parse(String(text)) as Record<string, unknown>
        if (message['id'] === 1) resolve(message)
      })
    })
    socket.send(JSON.stringify({ id: 1, name: 'system.info', input: {} }))
    const { ok, output } = (await answered) as { ok: boolean; output: { host: string; dataFolder: string } }
    assert.ok(ok)
    assert.equal(output.host, 'web')
    assert.equal(output.dataFolder, data)

    child.kill('SIGTERM')
    assert.deepEqual(await exited, [0, null])
    assert.equal(lines.length, 1)
  } finally {
    child.kill('SIGKILL')
    await exited
    await rm(data, { recursive: true, force: true })
  }
})
