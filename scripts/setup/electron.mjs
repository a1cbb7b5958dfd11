import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { codeOf } from './errors.mjs'
import { root } from './paths.mjs'
import { say } from './progress.mjs'
import { outsideEnvironment, run } from './run.mjs'
import { readStamp, removeStamp, writeStamp } from './stamp.mjs'

const limitMs = 60_000
/** A failed fetch is not tried again for a day, so that each later start is quick. */
const retryMs = 24 * 3600 * 1000

/** @param {NodeJS.ProcessEnv} env */
export function hasDisplay(env = process.env, platform = process.platform) {
  return platform === 'win32' || platform === 'darwin' || Boolean(env.DISPLAY || env.WAYLAND_DISPLAY)
}

/** Path of Electron's binary, when its package's installer has run to its end. */
export function electronBinary(folder = root, env = process.env) {
  const home = join(folder, 'node_modules', 'electron')
  try {
    const binary = join(env.ELECTRON_OVERRIDE_DIST_PATH ?? join(home, 'dist'), readFileSync(join(home, 'path.txt'), 'utf8'))
    return existsSync(binary) ? binary : undefined
  } catch {
    return undefined
  }
}

/**
 * Fetches Electron's binary with its own installer, within a minute.
 * @param {string} node
 * @param {{insist?: boolean, folder?: string}} [options] insist: try again although an earlier try failed
 * @returns {Promise<{binary: string} | {reason: string}>}
 */
export async function ensureElectron(node, { insist = false, folder = root } = {}) {
  const there = electronBinary(folder)
  if (there) return { binary: there }
  const stamp = join(folder, 'out', '.stamps', 'electron-unavailable')
  const [when, why] = (readStamp(stamp) ?? '').split(' ', 2)
  if (!insist && Date.now() - Number(when || 0) < retryMs) return { reason: `Electron's binary could not be fetched earlier (${why})` }
  say('Fetching Electron\'s binary (at most a minute) ...')
  const { output, timedOut } = await run(node, [join(folder, 'node_modules', 'electron', 'install.js')], { env: outsideEnvironment(), timeoutMs: limitMs })
  const binary = electronBinary(folder)
  if (binary) {
    removeStamp(stamp)
    return { binary }
  }
  const reason = timedOut ? 'TIMEOUT' : (codeOf(output) ?? 'FAILED')
  writeStamp(stamp, `${Date.now()} ${reason}`)
  return { reason: `Electron's binary could not be fetched (${reason})` }
}
