import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gpuHasBf16 } from './gpu.ts'

test('a GPU has bfloat16 from compute capability 8.0 on', async () => {
  const query = (): Promise<string> => Promise.resolve('0, 8.0\n1, 7.5\n2, 12.0\n3, [N/A]\n')
  for (const [gpu, has] of [true, false, true, false, false].entries()) assert.equal(await gpuHasBf16(gpu, query), has, `GPU ${gpu}`)
  assert.equal(await gpuHasBf16(0, () => Promise.reject(new Error('not found'))), false)
})
