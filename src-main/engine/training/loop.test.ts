import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { childFork } from '#main/host/childFork.ts'
import { PAPER_POLICY } from '#shared/domain/labels.ts'
import type { RunConfig, TrainEvent } from '#shared/domain/run.ts'
import { startCluster, type RunEnd } from '../cluster/coordinator.ts'
import { Films } from '../data/films.ts'
import { architecture } from '../model/architecture.ts'
import { initialise } from '../model/initialise.ts'
import { readSafeTensors, writeSafeTensors } from '../model/weights/safetensors.ts'
import { exportState, importState, type State } from '../model/weights/state.ts'
import { readPlan } from '../plan.ts'
import { openRuntime } from '../runtime/runtime.ts'
import type { Evaluation } from './evaluation.ts'
import { Parameters } from './parameters.ts'
import { noiseRun } from './testing/films.ts'
import { Validator } from './validation.ts'

const config: RunConfig = {
  dataset: 'noise', split: 'patient', splitSeed: 42, ratios: [75, 25, 0], policy: PAPER_POLICY, model: 'resnet18', head: 'concat-pool',
  preset: 'as-described', epochs: 2, batch: 4, workers: 2, device: 'cpu', size: 32, lr: 1e-3, seed: 5, init: 'random', augment: 'paper', maxRestarts: 0, deterministic: true,
}
/** 45 train, 15 validate: 5 steps an epoch, and a last validation batch that is not full. */
const FILMS = 60
const STEPS = 10
const net = architecture(config)

let root = ''
before(async () => void (root = await mkdtemp(join(tmpdir(), 'loop-'))))
after(() => rm(root, { recursive: true }))

interface Ran {
  end: RunEnd
  events: TrainEvent[]
}

/** Runs the plan of a folder on two processes; `at` acts when a step is done. */
async function run(folder: string, resume: boolean, at?: { step: number; act: (pids: number[], stop: () => void) => void }): Promise<Ran> {
  const events: TrainEvent[] = []
  const pids: number[] = []
  const fork = childFork()
  const cluster = startCluster({ run: 'r', folder, workers: 2, device: 'cpu', maxRestarts: 0, resume }, (...call) => {
    const child = fork(...call)
    pids.push(child.pid!)
    return child
  }, (event) => {
    events.push(event)
    if (event.event === 'step' && event.step === at?.step) at.act(pids, () => cluster.stop('enough'))
  })
  return { end: await cluster.ended, events }
}

const steps = ({ events }: Ran): number[] => events.flatMap((event) => (event.event === 'step' ? [event.step] : []))

async function weightsOf(folder: string): Promise<State> {
  const file = join(folder, 'model/model.safetensors')
  return importState(net, await readSafeTensors(file), file)
}

/** To the bit. */
function assertSame(a: State, b: State): void {
  for (const [name, values] of a) assert.deepEqual(values, b.get(name), name)
}

test('a run on two processes ends with the model that its figures speak of', async () => {
  const folder = join(root, 'whole')
  await noiseRun(folder, FILMS, { run: 'r', config })
  const ran = await run(folder, false)
  assert.deepEqual(ran.end, { outcome: 'done' })
  assert.deepEqual(steps(ran), Array.from({ length: STEPS }, (_, i) => i + 1))
  const kinds = ran.events.map(({ event }) => event).filter((kind) => !['step', 'device', 'log'].includes(kind))
  assert.deepEqual(kinds, ['started', 'checkpoint', 'epoch', 'checkpoint', 'epoch', 'checkpoint', 'done'])

  const card = JSON.parse(await readFile(join(folder, 'model/model.json'), 'utf8')) as { validation: Evaluation; model: string }
  const sharding = { ranks: 1, rank: 0, batch: 7 }
  await using films = await Films.open(await readPlan(folder))
  const runtime = await openRuntime({ device: 'cpu' })
  const parameters = new Parameters(net, { network: await weightsOf(folder) })
  const alone = await new Validator(net, parameters, films, runtime.collectives, sharding).run()
  runtime.close()
  assert.equal(alone.images, 15)
  assert.ok(Math.abs(alone.loss - card.validation.loss) < 1e-5, `${alone.loss} is not ${card.validation.loss}`)
  assert.ok(Math.abs(alone.auc.macro! - card.validation.auc.macro!) < 1e-6)
  assert.equal(alone.accuracy, card.validation.accuracy)
})

test('killed in the second epoch and resumed, stopped in the first and resumed: the same steps and the same weights', async () => {
  const undisturbed = await weightsOf(join(root, 'whole'))
  const [killed, stopped] = [join(root, 'killed'), join(root, 'stopped')]
  for (const folder of [killed, stopped]) await noiseRun(folder, FILMS, { run: 'r', config })

  const lost = await run(killed, false, { step: 7, act: ([, second]) => process.kill(second!, 'SIGKILL') })
  assert.ok(lost.end.outcome === 'failed' && lost.end.rank === 1, JSON.stringify(lost.end))
  const resumed = await run(killed, true)
  assert.deepEqual(resumed.end, { outcome: 'done' })
  // From the last step that both completed, which the one that was left had saved: none is made twice or left out.
  const saved = lost.events.findLast((event) => event.event === 'checkpoint')!.step
  assert.ok(saved >= 7, `${saved}`)
  assert.deepEqual([...steps(lost), ...steps(resumed)], Array.from({ length: STEPS }, (_, i) => i + 1))
  assert.equal(steps(lost).at(-1), saved)
  assertSame(await weightsOf(killed), undisturbed)

  const halted = await run(stopped, false, { step: 2, act: (_, stop) => stop() })
  assert.deepEqual(halted.end, { outcome: 'stopped', reason: 'enough' })
  const rest = await run(stopped, true)
  assert.deepEqual(rest.end, { outcome: 'done' })
  assert.deepEqual([...steps(halted), ...steps(rest)], Array.from({ length: STEPS }, (_, i) => i + 1))
  assert.ok(steps(halted).length < 5)
  assertSame(await weightsOf(stopped), undisturbed)
})

test('from given weights the first epoch freezes the convolutions of the body, not its norms', async () => {
  const folder = join(root, 'frozen')
  await noiseRun(folder, FILMS, { run: 'r', config, weights: 'given.safetensors', maxSteps: 5 })
  const given = initialise(net, 99)
  await writeSafeTensors(join(folder, 'given.safetensors'), exportState(net, given, 0))
  const { end, events } = await run(folder, false)
  assert.deepEqual(end, { outcome: 'done' })
  assert.equal(events.find(({ event }) => event === 'started')?.['epochs' as never], 3)
  const trained = await weightsOf(folder)
  for (const { name, role } of net.entries) {
    const moved = trained.get(name)!.some((value, i) => value !== given.get(name)![i])
    assert.equal(moved, role !== 'conv', name)
  }
})
