import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../setup/paths.mjs'
import { attribution } from './licences.mjs'

/** Called by electron-builder before it packs: writes the attribution file that extraResources names. */
export default function beforePack() {
  mkdirSync(join(root, 'out'), { recursive: true })
  writeFileSync(join(root, 'out', 'THIRD_PARTY_LICENSES.txt'), attribution(root))
}
