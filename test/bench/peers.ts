/** PyTorch and timm in a virtual environment of their own under the cache folder, from whatever index the user's pip is set to. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { cacheFolder } from '../../scripts/setup/paths.mjs'
import { findPip } from '../../scripts/setup/pip.mjs'

const PACKAGES = ['torch==2.15.0', 'timm==1.0.31', 'numpy==2.4.6']

const pythonOf = (venv: string): string => (process.platform === 'win32' ? join(venv, 'Scripts', 'python.exe') : join(venv, 'bin', 'python'))

/**
 * @param name of the environment's folder
 * @returns path of the Python that has the packages; XCLASSIFIER_PEERS_VENV names an environment of the user's own
 */
export async function peersPython(name = 'venv', packages = PACKAGES): Promise<string> {
  const own = process.env.XCLASSIFIER_PEERS_VENV
  if (own) {
    if (!existsSync(pythonOf(own))) throw new Error(`XCLASSIFIER_PEERS_VENV: ${own} is no virtual environment`)
    return pythonOf(own)
  }
  const venv = join(cacheFolder(), 'peers', name)
  if (!existsSync(pythonOf(venv))) await make(venv, packages)
  return pythonOf(venv)
}

/** Made aside and renamed when complete, so that one that stands can be trusted; scripts of a moved environment break, its Python does not. */
async function make(venv: string, packages: string[]): Promise<void> {
  const python = await findPip()
  const growing = `${venv}.${process.pid}`
  await mkdir(dirname(venv), { recursive: true })
  try {
    process.stderr.write(`Making ${venv} with ${packages.join(', ')} (once; PyTorch takes some GB) ...\n`)
    run(python, ['-m', 'venv', growing])
    run(pythonOf(growing), ['-m', 'pip', 'install', '--disable-pip-version-check', '--progress-bar', 'off', ...packages])
    await rename(growing, venv)
  } finally {
    await rm(growing, { recursive: true, force: true })
  }
}

function run(file: string, args: string[]): void {
  // On stderr, since stdout is the report's.
  const { status } = spawnSync(file, args, { stdio: ['ignore', 2, 2] })
  if (status !== 0) throw new Error(`${file} ${args.join(' ')} ended with ${status}`)
}
