#!/usr/bin/env node
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { findNode24 } from './setup/node24.mjs'
import { root } from './setup/paths.mjs'
import { say } from './setup/progress.mjs'
import { run } from './setup/run.mjs'

/** The project files of the runtimes; tsconfig.base.json is what they share. */
export function projects(folder = root) {
  return readdirSync(folder).filter((name) => /^tsconfig\..+\.json$/.test(name) && name !== 'tsconfig.base.json').sort()
}

/**
 * Type-checks one project; vue-tsc also reads the scripts and templates of .vue files.
 * @param {string} project
 * @returns {Promise<{ok: boolean, output: string}>}
 */
export async function checkTypes(project, node = findNode24()) {
  const { code, output } = await run(node, [join(root, 'node_modules', 'vue-tsc', 'bin', 'vue-tsc.js'), '--project', project])
  return { ok: code === 0, output }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  for (const project of projects()) {
    const { ok, output } = await checkTypes(project)
    say(`${ok ? 'ok  ' : 'FAIL'} ${project}${ok ? '' : `\n${output}`}`)
    if (!ok) process.exitCode = 1
  }
}
