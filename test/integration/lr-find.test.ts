import assert from 'node:assert/strict'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { SAMPLE_SET, commandLine } from './xclassifier.ts'

test('lr-find sweeps the rate until the loss runs away, suggests one and keeps nothing', async (t) => {
  const cli = commandLine(t)
  await cli.json('dataset', 'import', SAMPLE_SET, '--name', 'films')
  const options = ['--size', '32', '--batch', '4', '--init', 'random', '--model', 'resnet18', '--augment', 'none']
  const { curve, suggestion } = await cli.json<{ curve: { lr: number; loss: number }[]; suggestion: number }>('lr-find', 'films', ...options)
  assert.ok(curve.length > 30 && curve.length <= 100, `${curve.length} steps`)
  curve.forEach(({ lr, loss }, i) => assert.ok(Math.abs(lr / (1e-7 * 10 ** (0.08 * i)) - 1) < 1e-9 && loss > 0, `step ${i}: ${lr}, ${loss}`))
  const best = curve.reduce((a, b) => (b.loss < a.loss ? b : a))
  assert.ok(suggestion > 1e-6 && suggestion < best.lr, `${suggestion}, best at ${best.lr}`)
  const runs = join(cli.library, 'runs')
  assert.deepEqual(existsSync(runs) ? readdirSync(runs) : [], [])
})
