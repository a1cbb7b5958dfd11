import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { architecture } from '../model/architecture.ts'
import { initialise } from '../model/initialise.ts'
import { exportState } from '../model/weights/state.ts'
import { coded } from '../runtime/testing.ts'
import { exportOnnx } from './onnx/export.ts'
import { openSession } from './session.ts'

const SIZE = 64

let folder: string
let network: Uint8Array
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'session-'))
  const net = architecture({ model: 'resnet18', head: 'linear' })
  const { tensors } = exportState(net, initialise(net, 1), 0, {})
  const weights = (name: string) => tensors.get(name) as { shape: number[]; data: Float32Array }
  network = exportOnnx({ name: net.name, size: SIZE, weights })
})
after(() => rm(folder, { recursive: true }))

const film = (seed: number): Uint8Array => Uint8Array.from({ length: SIZE * SIZE }, (_, i) => (i * seed) % 251)

test('runs that are asked for at once are answered in order, each with its own film', async () => {
  await using session = await openSession(network, SIZE, { threads: 2 })
  const seeds = [3, 7, 11, 3]
  const together = await Promise.all(seeds.map((seed) => session.run(film(seed))))
  for (const [i, seed] of seeds.entries()) assert.deepEqual((await session.run(film(seed))).logits, together[i]!.logits)
  assert.notDeepEqual(together[0]!.logits, together[1]!.logits)
  assert.deepEqual(together[0], together[3])
})

test('this thread goes on while a run is under way', async () => {
  await using session = await openSession(network, SIZE, { threads: 1 })
  const films = new Uint8Array(16 * SIZE * SIZE)
  await session.run(films)
  let [turns, over] = [0, false]
  const turn = (): void => {
    turns++
    if (!over) setImmediate(turn)
  }
  setImmediate(turn)
  await session.run(films)
  over = true
  assert.ok(turns > 20, `${turns} turns of the event loop`)
})

test('what is no network, or not its film, is refused, and the rest goes on', async () => {
  const file = join(folder, 'broken.onnx')
  await writeFile(file, network.subarray(0, 1000))
  await assert.rejects(openSession(file, SIZE), coded('MODEL_UNREADABLE'))
  await using session = await openSession(network, SIZE)
  await assert.rejects(session.run(new Uint8Array(100)), /100 pixels/)
  assert.equal((await session.run(film(3))).logits.length, 14)
})

test('a closed session answers nobody, and what was asked before is answered', async () => {
  const session = await openSession(network, SIZE)
  const asked = session.run(film(3))
  await session[Symbol.asyncDispose]()
  assert.equal((await asked).logits.length, 14)
  await assert.rejects(session.run(film(3)), coded('NETWORK_FAILED'))
})

test('an idle session keeps no process from its end', async () => {
  const file = join(folder, 'whole.onnx')
  await writeFile(file, network)
  const script = join(folder, 'script.mjs')
  await writeFile(script, `const { openSession } = await import(${JSON.stringify(join(import.meta.dirname, 'session.ts'))})
    const session = await openSession(${JSON.stringify(file)}, ${SIZE})
    await session.run(new Uint8Array(${SIZE * SIZE}))
    console.log('ran')`)
  const { status, stdout, stderr } = spawnSync(process.execPath, [script], { encoding: 'utf8', timeout: 120_000 })
  assert.deepEqual([status, stdout], [0, 'ran\n'], stderr)
})
