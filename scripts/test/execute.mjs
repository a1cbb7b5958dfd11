import { join } from 'node:path'
import { run } from 'node:test'
import { root } from '../setup/paths.mjs'
import { indent, takeResult, Tally } from './report.mjs'

/**
 * Each file in a process of its own, the next one as soon as one is done. A line a file as it ends; the tally takes the results.
 * @param {Tally} tally
 * @param {string[]} files relative to the root
 * @param {{concurrency: number, timeoutMs: number}} how timeoutMs: a file that takes longer is ended and counts as failed
 */
export async function runFiles(tally, files, { concurrency, timeoutMs }) {
  const waiting = files.values()
  const work = async () => {
    for (const file of waiting) await runFile(tally, file, timeoutMs)
  }
  await Promise.all(Array.from({ length: concurrency }, work))
}

/**
 * The runner's own `timeout` ends the tests of a file but not a file that stays open, so the whole run of it is aborted.
 * @param {Tally} tally
 * @param {string} file
 * @param {number} timeoutMs
 */
async function runFile(tally, file, timeoutMs) {
  const own = new Tally()
  const started = Date.now()
  const abort = new AbortController()
  const timer = setTimeout(() => abort.abort(), timeoutMs)
  const stream = run({ files: [join(root, file)], concurrency: false, cwd: root, signal: abort.signal })
  let output = ''
  for await (const { type, data } of stream) {
    if (type === 'test:pass' || type === 'test:fail') takeResult(own, data, type === 'test:pass', file)
    if (type === 'test:diagnostic' && data.file) print(`     ${data.message}`)
    if (type === 'test:stderr' || type === 'test:stdout') output = (output + data.message).slice(-20_000)
  }
  clearTimeout(timer)
  if (abort.signal.aborted) own.check(`${file}  did not end within ${timeoutMs / 60_000} minutes`, false)
  if (own.failures.length > 0 && output) own.failures[own.failures.length - 1] += `\n  output of ${file}:\n${indent(output)}`
  print(`${own.failures.length === 0 ? 'ok  ' : 'FAIL'} ${file} (${own.summary}, ${((Date.now() - started) / 1000).toFixed(1)} s)`)
  tally.add(own)
}

/**
 * The failures in full, then the line that a machine reads; the exit code says the same.
 * @param {Tally} tally
 */
export function endWith(tally) {
  for (const failure of tally.failures) print(`\nFAILED ${failure}`)
  print(`\n${tally.summary}`)
  process.exitCode = tally.failures.length === 0 ? 0 : 1
}

/** @param {string} line */
export function print(line) {
  process.stdout.write(`${line}\n`)
}
