#!/usr/bin/env node
import { join } from 'node:path'
import { setUp } from './setup.mjs'
import { endLike, runInPlace } from './setup/child.mjs'
import { tell } from './setup/errors.mjs'
import { root } from './setup/paths.mjs'
import { say } from './setup/progress.mjs'

/** npm run screenshots [-- --library DIR]: the pictures of docs/images, of the real pages in Chromium. A library that is named is kept and used again. */
try {
  const { node } = await setUp({ tests: true })
  endLike(await runInPlace(node, [join(root, 'test', 'e2e', 'pictures.ts'), ...process.argv.slice(2)]))
} catch (error) {
  say(tell(error))
  process.exitCode = 1
}
