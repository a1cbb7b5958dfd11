#!/usr/bin/env node
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { endLike, runInPlace } from './setup/child.mjs'
import { SetupError, tell } from './setup/errors.mjs'
import { findNode24 } from './setup/node24.mjs'
import { root } from './setup/paths.mjs'
import { say } from './setup/progress.mjs'

/**
 * The command `xclassifier`: the command line of src-main/entry/cli.ts on Node 24, whatever Node started this.
 * stdout belongs to the command alone. Nothing is installed from here: a server's script must not start a download unasked.
 */
async function main() {
  const args = process.argv.slice(2)
  try {
    if (!existsSync(join(root, 'node_modules', '.package-lock.json'))) {
      throw new SetupError('NOT_SET_UP', `the dependencies of ${root} are not installed`, { remedy: `Type: npm --prefix ${root} run setup` })
    }
    endLike(await runInPlace(findNode24(), [join(root, 'src-main', 'entry', 'cli.ts'), ...args], { tied: true }))
  } catch (error) {
    say(tell(error))
    if (args.includes('--json') && error instanceof SetupError) process.stdout.write(`${JSON.stringify({ error: { code: error.code, message: error.message } })}\n`)
    process.exitCode = 1
  }
}

await main()
