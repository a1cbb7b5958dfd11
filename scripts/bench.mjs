#!/usr/bin/env node
import { join } from 'node:path'
import { ensureAddon } from './setup/addon.mjs'
import { endLike, runInPlace } from './setup/child.mjs'
import { ensureDependencies } from './setup/dependencies.mjs'
import { tell } from './setup/errors.mjs'
import { findNode24 } from './setup/node24.mjs'
import { root } from './setup/paths.mjs'
import { say } from './setup/progress.mjs'
import { ensureRuntime } from './setup/runtime.mjs'

/** npm run bench -- train|predict|...|learning: ours beside PyTorch + timm, in turn; docs/benchmarks.md lists what there is. */
try {
  await ensureDependencies()
  const node = findNode24()
  await ensureAddon(node)
  await ensureRuntime()
  // What is learned, the data set browser, the worklist and epochs have options of their own; everything else compares two sides.
  const entry = ['learning', 'browser', 'worklist', 'epochs'].includes(process.argv[2] ?? '') ? join(process.argv[2] ?? '', 'main.ts') : 'main.ts'
  endLike(await runInPlace(node, [join(root, 'test', 'bench', entry), ...process.argv.slice(2)]))
} catch (error) {
  say(tell(error))
  process.exitCode = 1
}
