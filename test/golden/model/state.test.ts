import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { Head, ModelName } from '#shared/domain/run.ts'
import { architecture } from '#main/engine/model/architecture.ts'
import { isTrained, sizeOf } from '#main/engine/model/entries.ts'
import { exportState } from '#main/engine/model/weights/state.ts'
import { goldenState } from './weights.ts'

interface Golden {
  model: ModelName
  head: Head
  tensors: number
  parameters: number
  sha256: string
}
const states = JSON.parse(readFileSync(new URL('state.json', import.meta.url), 'utf8')) as Golden[]

for (const { model, head, tensors, parameters, sha256 } of states) {
  test(`${model}, ${head}: what we write is timm's state dict, ${tensors} tensors of ${parameters} parameters, to the byte`, () => {
    const net = architecture({ model, head })
    const file = exportState(net, goldenState(net), 12)
    assert.equal(file.tensors.size, tensors)
    assert.equal(net.entries.filter(isTrained).reduce((sum, entry) => sum + sizeOf(entry), 0), parameters)
    const digest = createHash('sha256')
    for (const [name, { dtype, shape, data }] of [...file.tensors].sort(([a], [b]) => (a < b ? -1 : 1))) {
      digest.update(`${name} ${dtype} ${shape.join()}\n`)
      digest.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    }
    assert.equal(digest.digest('hex'), sha256)
  })
}
