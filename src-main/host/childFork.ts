import { fork } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { ChildExit, Fork, ForkedProcess } from './host.ts'

/**
 * `child_process.fork` behind the engine's own interface, for the web host and the command line.
 * @param folder where the entries lie, `src-main/entry` by default
 */
export function childFork(folder: string = join(import.meta.dirname, '../entry')): Fork {
  return (entry, args, options = {}) => {
    const child = fork(join(folder, `${entry}.ts`), args, {
      // Structured clone: typed arrays and Maps pass as they are.
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: { ...process.env, ...options.env },
    })
    const exited = new Promise<ChildExit>((resolve) => {
      child.once('error', () => resolve({ code: child.exitCode, signal: child.signalCode }))
      child.once('exit', (code, signal) => resolve({ code, signal }))
    })
    return {
      pid: child.pid,
      send(message) {
        if (!child.connected) return false
        // The callback swallows the error of a channel that closes meanwhile: `exited` tells of it.
        child.send(message as object, () => {})
        return true
      },
      onMessage: (listener) => void child.on('message', listener),
      onOutput(listener) {
        for (const stream of [child.stdout, child.stderr]) if (stream) createInterface({ input: stream }).on('line', listener)
      },
      exited,
      kill: (signal = 'SIGTERM') => void child.kill(signal),
    } satisfies ForkedProcess
  }
}
