import { execFile, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { promisify } from 'node:util'

export const SAMPLES = join(import.meta.dirname, '../../../resources/samples/studies')
export const sample = (name: string): string => join(SAMPLES, `sample-${name}.dcm`)

/** Run a program of dcmtk; what it said and how it ended. */
export async function dcmtk(program: string, ...args: string[]): Promise<{ code: number; said: string }> {
  try {
    const { stdout, stderr } = await promisify(execFile)(program, args, { timeout: 120_000 })
    return { code: 0, said: stdout + stderr }
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number | string; stdout: string; stderr: string }
    if (typeof code !== 'number') throw new Error(`${program} cannot be run; it comes with Debian's dcmtk`, { cause: error })
    return { code, said: stdout + stderr }
  }
}

/** A port that nobody listens on just now. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** dcmtk's storescp, once it answers; ends with the test. */
export async function storescp(t: TestContext, folder: string, ...options: string[]): Promise<{ port: number; process: ChildProcess }> {
  const port = await freePort()
  const child = spawn('storescp', ['-od', folder, '-aet', 'PEER', ...options, String(port)], { stdio: 'ignore' })
  t.after(() => child.kill('SIGKILL'))
  await new Promise<void>((resolve, reject) => child.once('spawn', resolve).once('error', reject))
  while ((await dcmtk('echoscu', '-aec', 'PEER', '127.0.0.1', String(port))).code !== 0) if (child.exitCode !== null) throw new Error('storescp ended')
  return { port, process: child }
}
