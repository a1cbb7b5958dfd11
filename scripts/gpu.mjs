#!/usr/bin/env node
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { endLike, runInPlace } from './setup/child.mjs'
import { SetupError, tell } from './setup/errors.mjs'
import { root } from './setup/paths.mjs'
import { say } from './setup/progress.mjs'
import { setUp } from './setup.mjs'

/** npm run test:gpu: sets up the CUDA libraries, then the golden runs and the tests of test/gpu on the NVIDIA GPUs of this machine, on Node 24. */
try {
  const gpus = gpusHere()
  const { node, library } = await setUp({ runtime: process.env.XCLASSIFIER_RUNTIME ?? 'cuda12' })
  Object.assign(process.env, {
    XCLASSIFIER_LIBTENSORFLOW: library,
    XCLASSIFIER_TEST_DEVICE: 'gpu',
    XCLASSIFIER_TEST_GPUS: String(gpus),
    // Products in TF32 have ten bits of precision; the golden files are of float32.
    NVIDIA_TF32_OVERRIDE: '0',
  })
  endLike(await runInPlace(node, [join(root, 'scripts', 'test', 'gpu.mjs'), ...process.argv.slice(2)]))
} catch (error) {
  say(tell(error))
  process.stdout.write('\n0 passed, 1 failed\n')
  process.exitCode = 1
}

function gpusHere() {
  try {
    return execFileSync('nvidia-smi', ['--list-gpus'], { encoding: 'utf8' }).trim().split('\n').filter(Boolean).length
  } catch {
    throw new SetupError('NO_GPU', 'these tests need an NVIDIA GPU, and nvidia-smi finds none here', { remedy: 'Run them on a machine with one; `npm test` needs none.' })
  }
}
