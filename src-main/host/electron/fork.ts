import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { utilityProcess } from 'electron'
import type { ChildExit, Fork, ForkedProcess } from '../host.ts'

/**
 * `utilityProcess.fork` behind the engine's own interface. A utility process has no SIGKILL of its own, so a hard kill goes by pid.
 * @param folder where the bundled entries (`trainer.js`) lie
 */
export function electronFork(folder: string): Fork {
  return (entry, args, options = {}) => {
    const file = join(folder, `${entry}.js`)
    if (!existsSync(file)) throw new Error(`entry ${file} was not built`)
    const child = utilityProcess.fork(file, args, {
      serviceName: `Xclassifier ${entry}`,
      stdio: 'pipe',
      env: { ...process.env, ...options.env } as Record<string, string>,
    })
    const exited = new Promise<ChildExit>((resolve) => child.once('exit', (code) => resolve({ code, signal: null })))
    let open = true
    void exited.then(() => (open = false))
    return {
      get pid() {
        return child.pid
      },
      send(message) {
        if (open) child.postMessage(message)
        return open
      },
      onMessage: (listener) => void child.on('message', listener),
      onOutput(listener) {
        for (const stream of [child.stdout, child.stderr]) {
          if (stream) createInterface({ input: stream as NodeJS.ReadableStream }).on('line', listener)
        }
      },
      exited,
      kill(signal = 'SIGTERM') {
        if (!open) return
        if (signal === 'SIGKILL' && child.pid) process.kill(child.pid, 'SIGKILL')
        else child.kill()
      },
    } satisfies ForkedProcess
  }
}
