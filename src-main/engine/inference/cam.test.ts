import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LABELS } from '#shared/domain/labels.ts'
import golden from '../../../test/golden/inference/cam.json' with { type: 'json' }
import { activationHead, activationMaps, type Features } from './cam.ts'

const shape = { channels: golden.channels, height: golden.height, width: golden.width }
const cells = golden.height * golden.width

for (const { head, weights, features, maps, logits } of golden.cases) {
  const weight = (name: string) => Float32Array.from((weights as unknown as Record<string, number[]>)[name]!)
  const films: Features = { ...shape, data: Float32Array.from(features) }
  const found = activationMaps(films, activationHead({ head: head as 'linear' | 'concat-pool', classifier: 'classifier' }, weight))

  test(`${head}: every cell of every label equals PyTorch's gradient times feature map`, () => {
    assert.equal(found.length, LABELS.length * cells)
    found.forEach((value, i) => assert.ok(Math.abs(value - maps[i]!) < 1e-4, `cell ${i}: ${value}, ${maps[i]}`))
  })

  if (head === 'linear') {
    test('linear: the mean of a map plus the bias is the logit', () => {
      const bias = weight('classifier.bias')
      LABELS.forEach((label, c) => {
        const mean = found.subarray(c * cells, (c + 1) * cells).reduce((a, b) => a + b, 0) / cells
        assert.ok(Math.abs(mean + bias[c]! - logits[c]!) < 1e-5, label)
      })
    })
  }
}
