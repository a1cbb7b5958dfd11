import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import type { RunRow } from '#shared/contracts/training.ts'
import { freeAddresses } from '#main/engine/cluster/ports.ts'
import { SAMPLE_SET, commandLine, eventsOf, linesOf, trainersOf, until } from './xclassifier.ts'
import type { CommandLine, Ended, Running } from './xclassifier.ts'

/** 115 films to train on: 7 steps of 2 x 8. */
const STEPS = 7
const OPTIONS = ['--epochs', '1', '--size', '32', '--batch', '8', '--init', 'random', '--model', 'resnet18', '--max-restarts', '0']

interface Machines {
  addresses: string[]
  /** Each with a library of its own. */
  chief: CommandLine
  other: CommandLine
}

/** Two loopback addresses as two machines, of which the chief has the data set. */
async function twoMachines(t: TestContext): Promise<Machines> {
  // Room after the port for the one process of the machine.
  const [free] = await freeAddresses(1)
  const port = Number(free!.split(':')[1])
  const addresses = [`127.0.0.1:${port}`, `127.0.0.2:${port}`]
  const [chief, other] = [0, 1].map((index) => commandLine(t, { TF_CONFIG: JSON.stringify({ cluster: { worker: addresses }, task: { type: 'worker', index } }) }))
  await chief!.json('dataset', 'import', SAMPLE_SET, '--name', 'films')
  return { addresses, chief: chief!, other: other! }
}

const runOf = async (cli: CommandLine): Promise<RunRow> => (await cli.json<{ runs: RunRow[] }>('runs')).runs[0]!
const steps = (ended: Ended): number[] => eventsOf(ended, 'step').map(({ step }) => step)
const numbers = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i)

function atStep(running: Running, step: number, act: () => void): void {
  running.onLine((line) => {
    const [event] = linesOf(line)
    if (event?.event === 'step' && event.step === step) act()
  })
}

test('the same train command on two machines: one run, on the chief, equal to that of two processes on one machine', async (t) => {
  const { chief, other } = await twoMachines(t)
  const command = ['train', 'films', ...OPTIONS, '--workers', '1', '--json']
  const member = other.start(...command)
  t.after(() => member.kill('SIGKILL'))
  const ended = await chief.start(...command).ended
  assert.equal(ended.code, 0, ended.stderr)
  const member0 = await member.ended
  assert.equal(member0.code, 0, member0.stderr)

  const run = await runOf(chief)
  assert.deepEqual([run.state, run.step, run.config.workers, run.model !== null], ['finished', STEPS, 2, true])
  assert.deepEqual(member0.stdout.trim(), JSON.stringify({ event: 'ended', run: run.id, outcome: 'done' }))
  assert.deepEqual((await other.json<{ runs: RunRow[] }>('runs')).runs, [])
  assert.deepEqual(readdirSync(join(other.library, 'joined')), [])

  const alone = commandLine(t)
  await alone.json('dataset', 'import', SAMPLE_SET, '--name', 'films')
  const same = await alone.start('train', 'films', ...OPTIONS, '--workers', '2', '--json').ended
  const losses = [ended, same].map((run) => eventsOf(run, 'step').map(({ loss }) => loss))
  assert.equal(losses[0]!.length, STEPS)
  losses[0]!.forEach((loss, i) => assert.ok(Math.abs(loss - losses[1]![i]!) < 1e-5, `step ${i + 1}: ${loss}, alone ${losses[1]![i]}`))
  const [together, one] = [ended, same].map((run) => eventsOf(run, 'epoch').map(({ valLoss }) => valLoss))
  together!.forEach((loss, i) => assert.ok(Math.abs(loss - one![i]!) < 1e-4, `epoch ${i + 1}: ${loss}, alone ${one![i]}`))
})

test('a machine is lost: the run fails and names it; with the machine back it goes on where it was', async (t) => {
  const { addresses, chief, other } = await twoMachines(t)
  const worker = other.start('worker')
  t.after(() => worker.kill('SIGKILL'))
  const running = chief.start('train', 'films', ...OPTIONS, '--workers', '1', '--json')
  atStep(running, 3, () => worker.kill('SIGKILL'))
  const ended = await running.ended
  assert.equal(ended.code, 1, ended.stderr)
  const last = linesOf(ended.stdout).at(-1)!
  assert.ok(last.event === 'error' && last.error.code === 'MACHINE_LOST' && last.error.message.includes(`machine 1 (${addresses[1]})`), JSON.stringify(last))
  const run = await runOf(chief)
  assert.deepEqual([run.state, run.reason?.code], ['failed', 'MACHINE_LOST'])
  await until('the trainers to end', () => trainersOf(run.id).length === 0)

  const back = other.start('worker')
  t.after(() => back.kill('SIGKILL'))
  const resumed = await chief.start('resume', run.id, '--json').ended
  assert.equal(resumed.code, 0, resumed.stderr)
  const [first] = steps(resumed)
  assert.ok(first! > 3 && first! < STEPS, `it went on at step ${first}`)
  assert.deepEqual(steps(resumed), numbers(first!, STEPS))
  // It waits for the next run, until it is told to leave.
  back.kill('SIGINT')
  assert.equal((await back.ended).code, 0)
  assert.deepEqual(readdirSync(join(other.library, 'joined')), [])
})

test('a TF_CONFIG that does not hold ends with an error that names what is wrong', async (t) => {
  const start = async (task: object | string, worker = ['127.0.0.1:4000', '127.0.0.2:4000'], command = ['worker']): Promise<{ code: string; message: string }> =>
    commandLine(t, { TF_CONFIG: typeof task === 'string' ? task : JSON.stringify({ cluster: { worker }, task }) }).error(...command, '--join-timeout', '1')
  const errors = await Promise.all([
    start('{worker: 0}'),
    start({ type: 'worker', index: 2 }),
    start({ type: 'worker', index: 0 }),
    start(''),
    start({ type: 'worker', index: 1 }, ['nowhere.invalid:4000', '127.0.0.2:4000'], ['train', 'films']),
  ])
  assert.deepEqual(errors.map(({ code }) => code), ['TF_CONFIG_JSON', 'TF_CONFIG_INVALID', 'TF_CONFIG_INVALID', 'TF_CONFIG_MISSING', 'MACHINE_UNKNOWN'])
  ;[/JSON/, /worker 2, but the cluster has 2/, /machine 0, which starts the run/, /names no cluster/, /nowhere\.invalid/].forEach((names, i) => assert.match(errors[i]!.message, names))
})
