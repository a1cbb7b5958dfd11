import assert from 'node:assert/strict'
import { before, after, test } from 'node:test'
import type { RunRow } from '#shared/contracts/training.ts'
import { LABELS } from '#shared/domain/labels.ts'
import { SAMPLE_SET, commandLine, eventsOf, linesOf, trainersOf, until } from './xclassifier.ts'
import type { CommandLine, Ended, Running } from './xclassifier.ts'

/** 115 films to train on: 7 steps of 2 x 8 an epoch. */
const STEPS = 14
const RUN = ['--workers', '2', '--epochs', '2', '--size', '32', '--batch', '8', '--init', 'random', '--model', 'resnet18', '--max-restarts', '0']

let cli: CommandLine
const cleanUps: (() => void)[] = []
before(async () => {
  cli = commandLine({ after: (clean) => void cleanUps.push(clean as () => void) })
  await cli.json('dataset', 'import', SAMPLE_SET, '--name', 'films')
})
after(() => cleanUps.forEach((clean) => clean()))

const train = (name: string, ...more: string[]): Running => cli.start('train', 'films', ...RUN, '--name', name, '--json', ...more)
const stepsOf = (ended: Ended): number[] => eventsOf(ended, 'step').map(({ step }) => step)
const runNamed = async (name: string): Promise<RunRow> => (await cli.json<{ runs: RunRow[] }>('runs')).runs.find((run) => run.name === name)!

/** Act once when a run reaches a step; gives the run's id. */
function atStep(running: Running, step: number, act: (run: string) => void): void {
  let run = ''
  running.onLine((line) => {
    const [event] = linesOf(line)
    if (event?.event === 'started') run = event.run
    if (event?.event === 'step' && event.step === step) act(run)
  })
}

test('train streams JSON lines with the fields of the contract, and nothing else on stdout', async () => {
  const ended = await train('whole').ended
  assert.equal(ended.code, 0, ended.stderr)
  assert.deepEqual(stepsOf(ended), Array.from({ length: STEPS }, (_, i) => i + 1))
  const has = (event: object, ...fields: string[]) => assert.deepEqual(fields.filter((field) => !(field in event)), [])
  for (const step of eventsOf(ended, 'step')) has(step, 'step', 'loss', 'lr', 'imagesPerSecond')
  const epochs = eventsOf(ended, 'epoch')
  assert.deepEqual(epochs.map(({ epoch }) => epoch), [1, 2])
  for (const epoch of epochs) {
    has(epoch, 'trainLoss', 'valLoss', 'accuracy', 'allNegativeAccuracy', 'imagesPerSecond', 'seconds')
    assert.deepEqual(Object.keys(epoch.auc.perLabel), LABELS)
    const known = Object.values(epoch.auc.perLabel).filter((auc) => auc !== null)
    assert.equal(epoch.auc.defined, known.length)
    assert.ok(Math.abs(epoch.auc.macro! - known.reduce((sum, auc) => sum + auc, 0) / known.length) < 1e-12)
  }
  assert.deepEqual(eventsOf(ended, 'checkpoint').map(({ step }) => step), [0, 7, 14])
  const done = linesOf(ended.stdout).at(-1)!
  assert.ok(done.event === 'done' && done.steps === STEPS && done.seconds > 0, JSON.stringify(done))
  const best = epochs.toSorted((a, b) => b.auc.macro! - a.auc.macro!)[0]!
  assert.deepEqual(done.best, { epoch: best.epoch, auc: best.auc.macro })
  const { models } = await cli.json<{ models: { id: string }[] }>('models')
  assert.deepEqual(models.map(({ id }) => id), [done.model])
  assert.deepEqual((await runNamed('whole')).state, 'finished')
  assert.equal((await cli.error('resume', done.run)).code, 'RUN_FINISHED')
})

for (const [epoch, step] of [[1, 3], [2, 10]] as const) {
  test(`kill -9 of one trainer in epoch ${epoch}: the run ends with a reason, and resume takes the steps that were missing`, async () => {
    const name = `lost in epoch ${epoch}`
    const running = train(name)
    atStep(running, step, (run) => process.kill(trainersOf(run)[1]!, 'SIGKILL'))
    const ended = await running.ended
    assert.notEqual(ended.code, 0)
    const last = linesOf(ended.stdout).at(-1)!
    assert.ok(last.event === 'error' && last.error.code === 'WORKER_LOST' && last.error.message.includes('SIGKILL'), JSON.stringify(last))
    const run = await runNamed(name)
    assert.deepEqual([run.state, run.reason?.code], ['failed', 'WORKER_LOST'])
    assert.deepEqual(trainersOf(run.id), [])

    const resumed = await cli.start('resume', run.id, '--json').ended
    assert.equal(resumed.code, 0, resumed.stderr)
    const saved = eventsOf(ended, 'checkpoint').at(-1)!.step
    assert.ok(saved >= step, `${saved}`)
    assert.deepEqual([...stepsOf(ended), ...stepsOf(resumed)], Array.from({ length: STEPS }, (_, i) => i + 1))
    assert.equal(eventsOf(resumed, 'done')[0]!.steps, STEPS)
  })
}

test('kill -9 of the whole command: no trainer is left, the next command says what happened, and the run goes on', async () => {
  const running = train('crash')
  atStep(running, 9, () => running.kill('SIGKILL'))
  const ended = await running.ended
  assert.equal(ended.signal, 'SIGKILL')
  const { run: id } = eventsOf(ended, 'started')[0]!
  await until('the trainers to end', () => trainersOf(id).length === 0)
  const run = await runNamed('crash')
  assert.deepEqual([run.state, run.reason?.code], ['failed', 'INTERRUPTED'])
  const resumed = await cli.start('resume', 'crash', '--json').ended
  assert.equal(resumed.code, 0, resumed.stderr)
  assert.deepEqual(stepsOf(resumed), Array.from({ length: STEPS - 7 }, (_, i) => 8 + i))
})

test('stop from another process: after the step in hand, with a checkpoint that resume goes on from', async () => {
  const running = train('stopped')
  let stopping: Promise<Ended> | undefined
  atStep(running, 2, (run) => (stopping = cli.run('stop', run, '--json')))
  const ended = await running.ended
  assert.equal(ended.code, 0, ended.stderr)
  const stopped = JSON.parse((await stopping!).stdout) as RunRow
  const taken = stepsOf(ended)
  assert.deepEqual([stopped.state, stopped.step, stopped.reason?.code], ['stopped', taken.length, 'STOPPED'])
  assert.ok(taken.length < STEPS)
  assert.equal(linesOf(ended.stdout).at(-1)!.event, 'stopped')
  assert.equal((await cli.error('stop', stopped.id)).code, 'RUN_NOT_ACTIVE')
  const resumed = await cli.start('resume', stopped.id, '--json').ended
  assert.equal(resumed.code, 0, resumed.stderr)
  assert.deepEqual([...taken, ...stepsOf(resumed)], Array.from({ length: STEPS }, (_, i) => i + 1))
})

test('a run on four processes that was stopped goes on with two of them, in steps of as many films', async () => {
  const running = cli.start('train', 'films', ...RUN, '--workers', '4', '--batch', '4', '--name', 'elastic', '--json')
  let stopping: Promise<Ended> | undefined
  atStep(running, 2, (run) => (stopping = cli.run('stop', run, '--json')))
  const ended = await running.ended
  assert.equal(ended.code, 0, ended.stderr)
  const { id } = JSON.parse((await stopping!).stdout) as RunRow
  assert.equal((await cli.error('resume', id, '--workers', '3')).code, 'WORKERS_UNEVEN')
  const resumed = await cli.start('resume', id, '--workers', '2', '--json').ended
  assert.equal(resumed.code, 0, resumed.stderr)
  assert.deepEqual([...stepsOf(ended), ...stepsOf(resumed)], Array.from({ length: STEPS }, (_, i) => i + 1))
  assert.equal(eventsOf(resumed, 'started')[0]!.workers, 2)
  const { config, state } = await runNamed('elastic')
  assert.deepEqual([state, config.workers, config.batch, config.accumulate], ['finished', 2, 4, 2])
})
