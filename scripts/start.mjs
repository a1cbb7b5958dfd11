#!/usr/bin/env node
import { join } from 'node:path'
import { setUp } from './setup.mjs'
import { ensureElectronBuild } from './setup/build.mjs'
import { endLike, runInPlace } from './setup/child.mjs'
import { ensureElectron, hasDisplay } from './setup/electron.mjs'
import { tell } from './setup/errors.mjs'
import { root } from './setup/paths.mjs'
import { say } from './setup/progress.mjs'

/**
 * npm start [-- --web | --electron] [--data DIR] [--port N] ...
 * Sets up what is missing, then opens the desktop window, or the same pages in a browser where there is no Electron.
 */
async function start() {
  const own = process.argv.slice(2)
  const args = own.filter((arg) => arg !== '--web' && arg !== '--electron')
  const { node } = await setUp()
  const shell = await chooseShell(node, { web: own.includes('--web'), electron: own.includes('--electron') })
  if ('binary' in shell) {
    await ensureElectronBuild(node)
    return runInPlace(shell.binary, [root, ...args])
  }
  if (shell.reason) say(`${shell.reason}: opening the web host instead.`)
  return runInPlace(node, [join(root, 'src-main', 'entry', 'web.ts'), ...args])
}

/**
 * @param {string} node
 * @param {{web: boolean, electron: boolean}} wish
 * @returns {Promise<{binary: string} | {reason: string}>}
 */
async function chooseShell(node, { web, electron }) {
  if (web) return { reason: '' }
  if (!electron && !hasDisplay()) return { reason: 'No display here' }
  // Chromium's sandbox does not start as root, and it is not switched off for that.
  if (!electron && process.getuid?.() === 0) return { reason: 'Electron does not run as root' }
  return ensureElectron(node, { insist: electron })
}

try {
  endLike(await start())
} catch (error) {
  say(tell(error))
  process.exitCode = 1
}
