#!/usr/bin/env node
import { ensureElectronBuild } from './setup/build.mjs'
import { ensureDependencies } from './setup/dependencies.mjs'
import { tell } from './setup/errors.mjs'
import { findNode24 } from './setup/node24.mjs'
import { say } from './setup/progress.mjs'

/** npm run build: the desktop program into out/, ready for electron-builder. */
try {
  await ensureDependencies()
  await ensureElectronBuild(findNode24())
} catch (error) {
  say(tell(error))
  process.exitCode = 1
}
