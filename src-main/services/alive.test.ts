import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import test from 'node:test'
import { isAlive } from './alive.ts'

test('alive: another process, not this one, not one that has ended and was waited for or not', async (t) => {
  // The shell becomes a program that never asks how its child ended.
  const parent = spawn('sh', ['-c', 'sleep 0.1 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'inherit'] })
  t.after(() => parent.kill('SIGKILL'))
  const [text] = (await once(parent.stdout, 'data')) as [Buffer]
  const child = Number(text.toString())
  assert.ok(child > 0 && isAlive(parent.pid!))
  while (isAlive(child)) await new Promise((resolve) => setTimeout(resolve, 20))
  assert.doesNotThrow(() => process.kill(child, 0), 'its entry is still there')
  assert.equal(isAlive(process.pid), false)
  parent.kill('SIGKILL')
  await once(parent, 'exit')
  assert.equal(isAlive(parent.pid!), false)
})
