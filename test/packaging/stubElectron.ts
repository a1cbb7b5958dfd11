import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../../scripts/setup/paths.mjs'

/** Where Electron's binaries keep their fuses: this mark, a version byte, a length byte, then one byte a fuse (docs of @electron/fuses). */
const SENTINEL = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'
export const FUSES = 9

/** A folder that electron-builder takes for an unpacked Electron: an executable with a fuse wire (all on), a version and a licence. */
export function writeStubElectron(folder: string): void {
  mkdirSync(join(folder, 'locales'), { recursive: true })
  const { version } = JSON.parse(readFileSync(join(root, 'node_modules/electron/package.json'), 'utf8')) as { version: string }
  const wire = Buffer.concat([Buffer.from(SENTINEL), Buffer.from([1, FUSES]), Buffer.alloc(FUSES, '1')])
  writeFileSync(join(folder, 'electron'), Buffer.concat([Buffer.alloc(4096), wire, Buffer.alloc(4096)]), { mode: 0o755 })
  writeFileSync(join(folder, 'version'), version)
  writeFileSync(join(folder, 'LICENSE'), 'stub\n')
  writeFileSync(join(folder, 'LICENSES.chromium.html'), 'stub\n')
  writeFileSync(join(folder, 'locales', 'en-US.pak'), '')
}

/** The fuse bytes of a packed binary, as text: `0` off, `1` on. */
export function readFuses(binary: string): string {
  const bytes = readFileSync(binary)
  const at = bytes.indexOf(SENTINEL)
  return bytes.toString('latin1', at + SENTINEL.length + 2, at + SENTINEL.length + 2 + FUSES)
}
