import { homedir } from 'node:os'
import { dirname, isAbsolute, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Root of the checkout. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

/**
 * The user's cache folder for this product; shared by all clones, safe to delete.
 * @param {NodeJS.ProcessEnv} env
 * @param {NodeJS.Platform} platform
 */
export function cacheFolder(env = process.env, platform = process.platform) {
  const home = env.HOME || env.USERPROFILE || homedir()
  if (platform === 'win32') return join(env.LOCALAPPDATA || join(home, 'AppData', 'Local'), 'xclassifier')
  if (platform === 'darwin') return join(home, 'Library', 'Caches', 'xclassifier')
  // The XDG specification says that a relative path must be ignored.
  const xdg = env.XDG_CACHE_HOME && isAbsolute(env.XDG_CACHE_HOME) ? env.XDG_CACHE_HOME : join(home, '.cache')
  return join(xdg, 'xclassifier')
}

/**
 * Folder of the installed TensorFlow runtimes, one subfolder a descriptor of resources/runtimes.json.
 * @param {NodeJS.ProcessEnv} env
 * @param {NodeJS.Platform} platform
 */
export function runtimeFolder(env = process.env, platform = process.platform) {
  return join(cacheFolder(env, platform), 'runtime')
}
