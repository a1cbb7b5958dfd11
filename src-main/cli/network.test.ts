import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test, type TestContext } from 'node:test'
import { dcmtk, SAMPLES, sample } from '#main/services/network/testing.ts'

const CLI = join(import.meta.dirname, '../entry/cli.ts')

/** `xclassifier receive` as a process of its own; its events as they come. */
async function receiver(t: TestContext, data: string) {
  const child: ChildProcess = spawn(process.execPath, [CLI, 'receive', '--data', data, '--port', '0', '--aet', 'HERE', '--json'], { stdio: ['ignore', 'pipe', 'ignore'] })
  t.after(() => child.kill('SIGKILL'))
  const ended = once(child, 'exit')
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]()
  const next = async (event: string): Promise<Record<string, unknown>> => {
    for (;;) {
      const { value, done } = await lines.next()
      if (done) throw new Error(`ended before ${event}`)
      const said = JSON.parse(value as string) as Record<string, unknown>
      if (said['event'] === event) return said
    }
  }
  const { port } = await next('listening')
  return { child, ended, next, address: ['-aec', 'HERE', '127.0.0.1', String(port)] }
}

async function cli(data: string, ...args: string[]): Promise<{ code: number | null; said: Record<string, unknown> }> {
  const child = spawn(process.execPath, [CLI, ...args, '--data', data, '--json'], { stdio: ['ignore', 'pipe', 'ignore'] })
  const chunks: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, said: JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown> }
}

test('kill -9 while films come in: what was acknowledged is in the library after the next start, and nothing half', async (t) => {
  const data = mkdtempSync(join(tmpdir(), 'xclassifier-'))
  t.after(() => rmSync(data, { recursive: true, force: true }))
  const first = await receiver(t, data)
  assert.equal((await dcmtk('storescu', '-xe', ...first.address, sample('005'))).code, 0)
  // This one is on its way, or there, when the process is shot.
  const sending = dcmtk('storescu', '-xr', ...first.address, sample('003'))
  await first.next('received')
  first.child.kill('SIGKILL')
  await first.ended
  await sending

  const second = await receiver(t, data)
  assert.equal((await dcmtk('storescu', '-xr', ...second.address, sample('003'))).code, 0)
  second.child.kill('SIGINT')
  assert.deepEqual(await second.ended, [0, null])
  const { said } = await cli(data, 'studies')
  assert.deepEqual((said['studies'] as { patientId: string; images: number }[]).map(({ patientId, images }) => [patientId, images]).sort(), [['SAMPLE-003', 1], ['SAMPLE-005', 1]])
  assert.deepEqual(readdirSync(join(data, 'received/.incoming')), [])
  assert.deepEqual(readdirSync(join(data, 'received/.pending')), [])
})

test('send takes a study to a receiver; a wrong call is an error of use', async (t) => {
  const data = mkdtempSync(join(tmpdir(), 'xclassifier-'))
  t.after(() => rmSync(data, { recursive: true, force: true }))
  const there = await receiver(t, join(data, 'there'))
  await cli(join(data, 'here'), 'dataset', 'import', SAMPLES)
  const { said: list } = await cli(join(data, 'here'), 'studies')
  const studies = (list['studies'] as { id: string }[]).map(({ id }) => id)
  const { code, said } = await cli(join(data, 'here'), 'send', ...studies, '--to', `HERE@127.0.0.1:${there.address.at(-1)}`)
  assert.deepEqual([code, said], [0, { to: 'HERE', sent: 6, failed: 0, skipped: [] }])
  for (let images = 0; images < 6; ) images += Number((await there.next('imported'))['images'])
  assert.equal((await cli(join(data, 'here'), 'send', studies[0]!, '--to', 'nobody')).code, 2)
  assert.equal((await cli(join(data, 'here'), 'send', studies[0]!, '--to', 'X@127.0.0.1:1')).code, 1)
  assert.ok(existsSync(join(data, 'there/library.db')))
})
