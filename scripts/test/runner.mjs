import { join } from 'node:path'
import { run } from 'node:test'
import { checkTypes, projects } from '../types.mjs'
import { root } from '../setup/paths.mjs'
import { run as runTool } from '../setup/run.mjs'
import { testFiles } from './files.mjs'
import { indent, takeResult, Tally } from './report.mjs'

/** Long enough for training on two busy cores, short enough that a hung file ends the run. */
const fileTimeoutMs = 10 * 60 * 1000
const concurrency = 2

/**
 * Lint, types and tests, or with filters the matching test files alone. Runs on Node 24; prints failures in full and ends with `N passed, N failed`.
 * @param {string[]} filters
 */
async function main(filters) {
  const tally = new Tally()
  if (filters.length === 0) await checkSources(tally)
  const before = tally.passed + tally.failures.length
  await runTests(tally, testFiles(root, filters))
  if (tally.passed + tally.failures.length === before) tally.check('tests', false, filters.length > 0 ? `no test file matches ${filters.join(' ')}` : 'no test was executed')
  for (const failure of tally.failures) print(`\nFAILED ${failure}`)
  print(`\n${tally.summary}`)
  process.exitCode = tally.failures.length === 0 ? 0 : 1
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

/**
 * Each file in a process of its own, two at a time, the next one as soon as one is done.
 * @param {Tally} tally
 * @param {string[]} files
 */
async function runTests(tally, files) {
  const waiting = files.values()
  const work = async () => {
    for (const file of waiting) await runFile(tally, file)
  }
  await Promise.all(Array.from({ length: concurrency }, work))
}

/**
 * The runner's own `timeout` ends the tests of a file but not a file that stays open, so the whole run of it is aborted.
 * @param {Tally} tally
 * @param {string} file
 */
async function runFile(tally, file) {
  const own = new Tally()
  const started = Date.now()
  const abort = new AbortController()
  const timer = setTimeout(() => abort.abort(), fileTimeoutMs)
  const stream = run({ files: [join(root, file)], concurrency: false, cwd: root, signal: abort.signal })
  let output = ''
  for await (const { type, data } of stream) {
    if (type === 'test:pass' || type === 'test:fail') takeResult(own, data, type === 'test:pass', file)
    if (type === 'test:stderr' || type === 'test:stdout') output = (output + data.message).slice(-20_000)
  }
  clearTimeout(timer)
  if (abort.signal.aborted) own.check(`${file}  did not end within ${fileTimeoutMs / 60_000} minutes`, false)
  if (own.failures.length > 0 && output) own.failures[own.failures.length - 1] += `\n  output of ${file}:\n${indent(output)}`
  print(`${own.failures.length === 0 ? 'ok  ' : 'FAIL'} ${file} (${own.summary}, ${((Date.now() - started) / 1000).toFixed(1)} s)`)
  tally.add(own)
}

/** @param {string} line */
function print(line) {
  process.stdout.write(`${line}\n`)
}

await main(process.argv.slice(2))
