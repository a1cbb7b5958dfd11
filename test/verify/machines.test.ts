import assert from 'node:assert/strict'
import { test } from 'node:test'
import { freeAddresses } from '#main/engine/cluster/ports.ts'
import { SAMPLE_SET, commandLine, eventsOf, linesOf, trainersOf } from '../integration/xclassifier.ts'

/** 115 films to train on: 7 steps of 2 x 8 an epoch. */
const STEPS = 14
const OPTIONS = ['--epochs', '2', '--size', '32', '--batch', '8', '--init', 'random', '--model', 'resnet18', '--max-restarts', '2', '--workers', '1', '--json']

test('with restarts left a run waits for a lost machine to come back, and outlives the loss of a trainer there', async (t) => {
  const port = Number((await freeAddresses(1))[0]!.split(':')[1])
  const worker = [`127.0.0.1:${port}`, `127.0.0.2:${port}`]
  const [chief, other] = [0, 1].map((index) => commandLine(t, { TF_CONFIG: JSON.stringify({ cluster: { worker }, task: { type: 'worker', index } }) }))
  await chief!.json('dataset', 'import', SAMPLE_SET, '--name', 'films')
  const start = (): ReturnType<NonNullable<typeof other>['start']> => {
    const running = other!.start('worker')
    t.after(() => running.kill('SIGKILL'))
    return running
  }
  const first = start()
  const running = chief!.start('train', 'films', ...OPTIONS)
  let run = ''
  let killed = 0
  running.onLine((line) => {
    const [event] = linesOf(line)
    if (event?.event === 'started') run = event.run
    if (event?.event === 'step' && event.step === 4 && killed++ === 0) first.kill('SIGKILL')
    if (event?.event === 'step' && event.step === 11 && killed++ === 1) process.kill(trainersOf(run)[1]!, 'SIGKILL')
    if (event?.event === 'restart' && killed === 1) start()
  })
  const ended = await running.ended
  assert.equal(ended.code, 0, ended.stderr)
  const reasons = eventsOf(ended, 'restart').map(({ reason }) => reason)
  assert.equal(reasons.length, 2)
  assert.ok(reasons[0]!.includes(`machine 1 (${worker[1]}) was lost`), reasons[0])
  assert.ok(reasons[1]!.includes(`Worker 1 on machine 1 (${worker[1]}) was ended by SIGKILL`), reasons[1])
  const steps = eventsOf(ended, 'step').map(({ step }) => step)
  assert.deepEqual([...new Set(steps)], Array.from({ length: STEPS }, (_, i) => i + 1))
})
