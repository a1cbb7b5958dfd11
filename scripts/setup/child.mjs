import { spawn } from 'node:child_process'

/**
 * Runs a program in our place: same terminal, same working folder, signals passed on, and we end as it ended.
 * @param {string} command
 * @param {string[]} args
 * @param {{tied?: boolean}} [options] tied: with a channel by which a Node program of ours notices that we are gone (src-main/host/tied.ts)
 * @returns {Promise<{code: number | null, signal: NodeJS.Signals | null}>}
 */
export function runInPlace(command, args, { tied = false } = {}) {
  const child = spawn(command, args, { stdio: tied ? ['inherit', 'inherit', 'inherit', 'ipc'] : 'inherit' })
  // A terminal sends Ctrl+C to the child as well: passing it on again would look like the second, impatient one.
  const forward = (/** @type {NodeJS.Signals} */ signal) => { if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal) }
  const signals = /** @type {NodeJS.Signals[]} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])
  for (const signal of signals) process.on(signal, forward)
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', (code, signal) => {
      for (const name of signals) process.off(name, forward)
      resolve({ code, signal })
    })
  })
}

/**
 * Ends this process as the child ended, so that a caller sees the same code or signal.
 * @param {{code: number | null, signal: NodeJS.Signals | null}} end
 */
export function endLike({ code, signal }) {
  if (signal) process.kill(process.pid, signal)
  else process.exitCode = code ?? 1
}
