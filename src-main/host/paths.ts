import { homedir } from 'node:os'
import { join } from 'node:path'

const NAME = 'xclassifier'

/**
 * Where the library lives when nobody says otherwise: `$XDG_DATA_HOME/xclassifier` (default `~/.local/share`) on Linux,
 * `~/Library/Application Support/Xclassifier` on macOS, `%LOCALAPPDATA%\Xclassifier` on Windows (local: films must not roam).
 */
export function defaultDataFolder(env: NodeJS.ProcessEnv = process.env, platform: NodeJS.Platform = process.platform, home: string = homedir()): string {
  if (platform === 'win32') return join(env['LOCALAPPDATA'] || join(home, 'AppData', 'Local'), 'Xclassifier')
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'Xclassifier')
  // The base directory specification: a relative value must be ignored.
  const base = env['XDG_DATA_HOME']
  return join(base?.startsWith('/') ? base : join(home, '.local', 'share'), NAME)
}
