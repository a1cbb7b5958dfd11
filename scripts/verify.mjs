#!/usr/bin/env node
import { join } from 'node:path'
import { endLike, runInPlace } from './setup/child.mjs'
import { tell } from './setup/errors.mjs'
import { root } from './setup/paths.mjs'
import { say } from './setup/progress.mjs'
import { setUp } from './setup.mjs'

/** npm run verify [-- part-of-a-path ...]: sets up what is missing, then the slow proofs that training learns, on Node 24. */
try {
  const { node } = await setUp()
  endLike(await runInPlace(node, [join(root, 'scripts', 'test', 'verify.mjs'), ...process.argv.slice(2)]))
} catch (error) {
  say(tell(error))
  process.stdout.write('\n0 passed, 1 failed\n')
  process.exitCode = 1
}
