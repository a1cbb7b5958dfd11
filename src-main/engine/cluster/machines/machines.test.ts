import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { get } from 'node:http'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { runInput } from '#shared/contracts/training.ts'
import type { MachineCluster, TrainEvent } from '#shared/domain/run.ts'
import { toErrorShape } from '#shared/errors.ts'
import { writeNpy } from '../../data/npy.ts'
import type { RunPlan } from '../../plan.ts'
import { freeAddresses } from '../ports.ts'
import { addressOf, rankAddresses } from './addresses.ts'
import { Chief } from './chief.ts'
import { joinRun, type JoinOptions } from './joining.ts'
import type { Participation } from './member.ts'
import { MachineServer } from './server.ts'
import { fingerprint, obtain } from './shared-files.ts'

const VERSIONS = { version: '1.2.3', tensorflow: '2.21.0' }
const REQUEST = runInput.parse({ dataset: 'films', epochs: 2, workers: 1, device: 'cpu', size: 32, init: 'random' })

const noFork = (): never => assert.fail('no process is to be started')
const temporary = (t: TestContext): string => {
  const folder = mkdtempSync(join(tmpdir(), 'machines-'))
  t.after(() => rmSync(folder, { recursive: true }))
  return folder
}

/** The folder of a run of four films. */
async function runFolder(t: TestContext): Promise<string> {
  const folder = temporary(t)
  await writeNpy(join(folder, 'pack.npy'), Uint8Array.from({ length: 4 * 32 * 32 }, (_, i) => i % 251), [4, 32, 32])
  await writeNpy(join(folder, 'labels.npy'), new Uint8Array(4 * 14), [4, 14])
  await writeNpy(join(folder, 'split.npy'), Uint8Array.of(0, 0, 1, 1), [4])
  const config = { ...REQUEST, batch: 16, workers: 2 }
  writeFileSync(join(folder, 'plan.json'), JSON.stringify({ run: 'run_1', config, pack: 'pack.npy', labels: 'labels.npy', split: 'split.npy' }))
  return folder
}

async function addresses(count: number): Promise<string[]> {
  const port = addressOf((await freeAddresses(1))[0]!).port
  return Array.from({ length: count }, (_, i) => `127.0.0.${i + 1}:${port}`)
}

async function chiefOf(t: TestContext, cluster: Partial<MachineCluster> & { workers: string[] }): Promise<{ chief: Chief; log: string[]; folder: string }> {
  const log: string[] = []
  const folder = await runFolder(t)
  const options = { run: 'run_1', folder, workers: cluster.workers.length, cluster: { index: 0, joinTimeout: 60, ...cluster }, ...VERSIONS }
  const chief = new Chief(options, (event: TrainEvent) => void (event.event === 'log' && log.push(event.message)))
  t.after(() => chief.close({ outcome: 'stopped' }))
  return { chief, log, folder }
}

function member(t: TestContext, workers: string[], index: number, more: Partial<JoinOptions> = {}): { end: Promise<Participation>; folder: string; stop(): void } {
  const folder = temporary(t)
  const abort = new AbortController()
  t.after(() => abort.abort())
  const end = joinRun({
    cluster: { workers, index, joinTimeout: 60 }, fork: noFork, folder: join(folder, 'joined'), packs: join(folder, 'packs'), gpus: 0, ...VERSIONS, patient: false,
    say: () => undefined, signal: abort.signal, ...more,
  })
  end.catch(() => undefined)
  return { end, folder, stop: () => abort.abort() }
}

const codeOf = async (work: Promise<unknown>): Promise<{ code: string; message: string }> =>
  work.then(() => assert.fail('it did not fail'), (error: unknown) => toErrorShape(error))
/** The test's own time limit ends it. */
const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await sleep(20)
}

test('ranks have the ports after that of their machine, without those of other tasks on the same host', () => {
  assert.deepEqual(rankAddresses(['a:10', 'b:10'], 2), ['a:11', 'a:12', 'b:11', 'b:12'])
  assert.deepEqual(rankAddresses(['a:10', 'a:11', 'a:13'], 2), ['a:12', 'a:14', 'a:15', 'a:16', 'a:17', 'a:18'])
  assert.throws(() => rankAddresses(['a:65535'], 1), { code: 'MACHINE_PORT' })
})

test('a machine that joins has the plan and the films of the chief until the chief ends its part', async (t) => {
  const workers = await addresses(2)
  const { chief, folder } = await chiefOf(t, { workers })
  const other = member(t, workers, 1)
  assert.deepEqual(await chief.gather(false), workers.map((worker) => `${addressOf(worker).host}:${addressOf(worker).port + 1}`))
  const own = join(other.folder, 'joined/run_1')
  const plan = JSON.parse(readFileSync(join(own, 'plan.json'), 'utf8')) as RunPlan
  for (const name of ['pack', 'labels', 'split'] as const) assert.deepEqual(readFileSync(plan[name]), readFileSync(join(folder, `${name}.npy`)))
  await chief.close({ outcome: 'done' })
  assert.deepEqual(await other.end, { run: 'run_1', outcome: 'done' })
  assert.deepEqual(readdirSync(join(other.folder, 'joined')), [])
})

test('a file is taken from where it is when it is the same there, else fetched; one that arrives changed is refused', async (t) => {
  const folder = await runFolder(t)
  const [address] = await addresses(1)
  const server = await MachineServer.listen(addressOf(address!), async () => undefined)
  t.after(() => server.close())
  const there = join(folder, 'pack.npy')
  const pack = { name: 'pack', path: there, ...(await fingerprint(there)) }
  server.offer([pack], () => ['the token'])
  const target = join(temporary(t), 'packs', 'fetched.npy')
  const source = { chief: addressOf(address!), token: 'the token', signal: AbortSignal.timeout(60_000), progress: () => undefined }
  const hidden = { ...pack, path: '/nowhere' }

  assert.equal(await obtain(pack, [], target, source), there)
  assert.equal(await obtain(hidden, ['/neither', join(folder, 'labels.npy'), there], target, source), there)
  assert.equal(await obtain(hidden, [join(folder, 'labels.npy')], target, source), target)
  assert.deepEqual(readFileSync(target), readFileSync(there))

  rmSync(target)
  const refused = await codeOf(obtain(hidden, [], target, { ...source, token: 'another' }))
  assert.ok(refused.code === 'MACHINE_LOST' && refused.message.includes('403'), refused.message)
  assert.equal((await codeOf(obtain({ ...hidden, fingerprint: '0'.repeat(64) }, [], target, source))).code, 'FILE_DIFFERS')
  assert.deepEqual(readdirSync(dirname(target)), [])
})

test('the fingerprint of a large file tells its length and its blocks', async (t) => {
  const file = join(temporary(t), 'large')
  const bytes = Buffer.alloc(65 * 2 ** 20)
  const prints = new Set<string>()
  for (const change of [() => undefined, () => bytes.fill(1, 0, 1), () => bytes.fill(1, bytes.length - 1), () => bytes.fill(1, 30 * 2 ** 20, 31 * 2 ** 20)]) {
    change()
    writeFileSync(file, bytes)
    prints.add((await fingerprint(file)).fingerprint)
  }
  assert.equal(prints.size, 4)
})

test('a machine that does not come is named, and so is who was refused meanwhile', async (t) => {
  const workers = await addresses(3)
  const { chief, log } = await chiefOf(t, { workers, joinTimeout: 2 })
  const gathered = codeOf(chief.gather(false))
  const [first, twin] = [member(t, workers, 1), member(t, workers, 1)]
  const refused = await Promise.race([first, twin].map(({ end }) => codeOf(end)))
  assert.equal(refused.code, 'TASK_TAKEN')
  assert.match(refused.message, /two tasks have the index 1/)
  const missing = await gathered
  assert.equal(missing.code, 'MACHINE_MISSING')
  assert.ok(missing.message.startsWith(`Machine 2 (${workers[2]}) did not join within 2 s.`) && missing.message.includes('index 1'), missing.message)
  assert.ok(log[0]!.includes(workers[1]!) && log[0]!.includes(workers[2]!))
})

test('machines that differ are refused with the difference', async (t) => {
  const workers = await addresses(2)
  const { chief } = await chiefOf(t, { workers })
  const gathered = chief.gather(false)
  gathered.catch(() => undefined)
  const request = (more: object): Record<string, unknown> => ({ ...REQUEST, batch: null, dataset: 'called otherwise here', ...more })
  const differing: [Partial<JoinOptions>, RegExp][] = [
    [{ version: '1.2.4' }, /version 1\.2\.4, on the chief 1\.2\.3/],
    [{ tensorflow: '2.20.0' }, /libtensorflow is version 2\.20\.0/],
    [{ request: request({ epochs: 3 }) }, /epochs 3, the chief with 2/],
    [{ request: request({ patience: 3 }) }, /patience 3, the chief with left out/],
    [{ request: request({ workers: 2 }) }, /workers 2, the chief with 1/],
    [{ cluster: { workers: [workers[0]!, '127.0.0.3:1'], index: 1 } }, /127\.0\.0\.3:1/],
  ]
  for (const [more, names] of differing) {
    const { code, message } = await codeOf(member(t, workers, 1, more).end)
    assert.equal(code, 'MACHINES_DIFFER')
    assert.match(message, names)
  }
  member(t, workers, 1, { request: request({}) })
  assert.equal((await gathered).length, 2)
})

test('a chief that is alone, cancelled, or there twice', async (t) => {
  const workers = await addresses(2)
  const { code, message } = await codeOf(member(t, workers, 1, { cluster: { workers, index: 1, joinTimeout: 1 } }).end)
  assert.deepEqual([code, message.includes(workers[0]!)], ['CHIEF_MISSING', true])

  const { chief } = await chiefOf(t, { workers })
  const waiting = codeOf(chief.gather(false))
  const second = await codeOf((await chiefOf(t, { workers })).chief.gather(false)) // on the same machine
  assert.ok(second.code === 'MACHINE_PORT' && second.message.includes('index 0'), second.message)
  const elsewhere = await codeOf((await chiefOf(t, { workers, bind: '127.0.0.9' })).chief.gather(false)) // on another one
  assert.ok(elsewhere.code === 'TASK_TAKEN' && elsewhere.message.includes('index 0'), elsewhere.message)
  chief.cancel('by the user')
  assert.deepEqual(await waiting, { code: 'STOPPED', message: 'by the user' })
})

test('an address that is not of this machine, a host that nobody knows, a port that is taken, a network without --bind', async (t) => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const { port } = server.address() as { port: number }
  for (const [cluster, code, names] of [
    [{ workers: ['127.0.0.1:4000', 'nowhere.invalid:4000'], joinTimeout: 1 }, 'MACHINE_UNKNOWN', /"nowhere\.invalid"/],
    [{ workers: [`127.0.0.1:${port}`, '127.0.0.2:1'] }, 'MACHINE_PORT', new RegExp(String(port))],
    [{ workers: ['192.0.2.7:4000', '127.0.0.2:1'] }, 'MACHINE_BIND', /192\.0\.2\.7:4000.*--bind/],
    [{ workers: ['192.0.2.7:4000', '127.0.0.2:1'], bind: '192.0.2.7' }, 'MACHINE_BIND', /192\.0\.2\.7 is not an address of this machine/],
  ] as const) {
    const error = await codeOf((await chiefOf(t, { ...cluster, workers: [...cluster.workers] })).chief.gather(false))
    assert.equal(error.code, code, error.message)
    assert.match(error.message, names)
  }
})

test('a machine that leaves while others are waited for may come back; nobody without a token has the films', async (t) => {
  const workers = await addresses(3)
  const { chief, log } = await chiefOf(t, { workers })
  const gathered = chief.gather(false)
  const first = member(t, workers, 1)
  await until(() => log.some((line) => line.includes(`${workers[1]}) has joined`)))
  first.stop()
  assert.equal((await codeOf(first.end)).code, 'STOPPED')
  member(t, workers, 1)
  await until(() => log.filter((line) => line.includes(`${workers[1]}) has joined`)).length === 2)
  const last = member(t, workers, 2)
  assert.equal((await gathered).length, 3)

  const [response] = (await once(get(`http://${workers[0]}/files/pack`), 'response')) as [{ statusCode: number; resume(): void }]
  response.resume()
  assert.equal(response.statusCode, 403)
  await chief.close({ outcome: 'failed', error: { code: 'PACK_MISSING', message: 'gone' } })
  assert.deepEqual(await last.end, { run: 'run_1', outcome: 'failed', error: { code: 'PACK_MISSING', message: 'gone' } })
})
