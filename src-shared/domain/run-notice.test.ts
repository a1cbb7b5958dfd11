import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RunState } from './run.ts'
import { RunEndings, runNotice } from './run-notice.ts'

const run = (state: RunState, more: object = {}) => ({ id: 'run_1', name: 'first', state, best: { epoch: 3, auc: 0.8123 }, reason: null, ...more })

test('a run that ends by itself is told with its figure or its reason; one that was stopped is not', () => {
  assert.deepEqual(runNotice(run('finished')), { title: 'Training finished: first', body: 'Best macro AUC 0.812 in epoch 3.' })
  const reason = { code: 'WORKER_LOST', message: 'Worker 1 was ended by SIGKILL.', remedy: 'Resume it.' }
  assert.deepEqual(runNotice(run('failed', { reason })), { title: 'Training failed: first', body: 'Worker 1 was ended by SIGKILL. Resume it.' })
  assert.equal(runNotice(run('stopped')), null)
})

test('a run is told of once, and only one that was seen alive', () => {
  const endings = new RunEndings()
  assert.equal(endings.told(run('finished')), null, 'it ended before this program began, or was renamed')
  assert.equal(endings.told(run('running')), null)
  assert.ok(endings.told(run('finished')))
  assert.equal(endings.told(run('finished')), null)
  endings.told(run('queued'))
  assert.equal(endings.told(run('stopped')), null)
  assert.equal(endings.told(run('failed')), null, 'the stop was its end')
})
