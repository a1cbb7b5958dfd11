import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'

// Each instruction set has a compilation of its own, and this processor's best is what the other tests try.
for (const set of ['avx512', 'avx2']) {
  test(`our kernels with ${set} and no more pass their tests`, () => {
    const files = ['norm', 'blur'].map((name) => join(import.meta.dirname, `${name}.test.ts`))
    const env: NodeJS.ProcessEnv = { ...process.env, XCLASSIFIER_KERNEL_ISA: set }
    delete env.NODE_TEST_CONTEXT // else it would report to this run
    const { status, stdout } = spawnSync(process.execPath, ['--test', ...files], { env, encoding: 'utf8' })
    assert.equal(status, 0, stdout)
    assert.match(stdout, /pass [1-9]/)
  })
}
