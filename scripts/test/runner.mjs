import { join } from 'node:path'
import { checkTypes, projects } from '../types.mjs'
import { root } from '../setup/paths.mjs'
import { run as runTool } from '../setup/run.mjs'
import { endWith, print, runFiles } from './execute.mjs'
import { testFiles } from './files.mjs'
import { Tally } from './report.mjs'

/** Long enough for training on two busy cores, short enough that a hung file ends the run. */
const timeoutMs = 10 * 60 * 1000
const concurrency = 2

/**
 * Lint, types and tests, or with filters the matching test files alone. Runs on Node 24; prints failures in full and ends with `N passed, N failed`.
 * @param {string[]} filters
 */
async function main(filters) {
  const tally = new Tally()
  if (filters.length === 0) await checkSources(tally)
  const before = tally.passed + tally.failures.length
  await runFiles(tally, testFiles(root, filters), { concurrency, timeoutMs })
  if (tally.passed + tally.failures.length === before) tally.check('tests', false, filters.length > 0 ? `no test file matches ${filters.join(' ')}` : 'no test was executed')
  endWith(tally)
}

/** @param {Tally} tally */
async function checkSources(tally) {
  const lint = await runTool(process.execPath, [join(root, 'node_modules', 'eslint', 'bin', 'eslint.js'), '.', '--max-warnings', '0'])
  tally.check('lint', lint.code === 0, lint.output)
  print(`${lint.code === 0 ? 'ok  ' : 'FAIL'} lint`)
  for (const project of projects()) {
    const { ok, output } = await checkTypes(project, process.execPath)
    tally.check(`types of ${project}`, ok, output)
    print(`${ok ? 'ok  ' : 'FAIL'} types of ${project}`)
  }
}

await main(process.argv.slice(2))
