import { spawn } from 'node:child_process'
import { delimiter, join } from 'node:path'
import { root } from './paths.mjs'

/** As much of a tool's output as an error message may need. */
const tail = 20_000

/**
 * Runs a tool to its end; its output goes to our stderr when `show` is set and is returned (last 20,000 characters) either way.
 * A tool that cannot be started has the code 127, as in a shell; one that was ended after `timeoutMs` has `timedOut`.
 * @param {string} command
 * @param {string[]} args
 * @param {{cwd?: string, env?: NodeJS.ProcessEnv, show?: boolean, timeoutMs?: number}} [options]
 * @returns {Promise<{code: number, output: string, timedOut: boolean}>}
 */
export function run(command, args, { cwd = root, env = process.env, show = false, timeoutMs } = {}) {
  return new Promise((resolve) => {
    // npm and npx are batch files on Windows, which only a shell starts.
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], shell: process.platform === 'win32' && /^npm|\.cmd$/.test(command) })
    let output = ''
    let timedOut = false
    const keep = (/** @type {Buffer} */ chunk) => {
      output = (output + chunk.toString('utf8')).slice(-tail)
      if (show) process.stderr.write(chunk)
    }
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    const timer = timeoutMs && setTimeout(() => { timedOut = true; child.kill('SIGKILL') }, timeoutMs)
    const finish = (/** @type {number} */ code) => { clearTimeout(timer || undefined); resolve({ code, output, timedOut }) }
    child.on('error', (error) => { output += error.message; finish(127) })
    child.on('close', (code) => finish(code ?? 1))
  })
}

/**
 * Environment without this checkout's own `node_modules/.bin` in PATH: `npm ci` deletes the Node in there while it runs.
 * @param {NodeJS.ProcessEnv} env
 */
export function outsideEnvironment(env = process.env) {
  const own = join(root, 'node_modules', '.bin')
  const key = Object.keys(env).find((name) => name.toUpperCase() === 'PATH') ?? 'PATH'
  return { ...env, [key]: (env[key] ?? '').split(delimiter).filter((folder) => folder !== own).join(delimiter) }
}
