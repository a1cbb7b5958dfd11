/** Where libtensorflow is. No TensorFlow is loaded here, so that `doctor` and the settings page can ask cheaply. */
import { existsSync, readdirSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { CodedError } from '#shared/errors.ts'

/** In order of preference: the C++ library of the PyPI wheels, then the C library of tfjs-node and the C tarballs. */
const NAMES: Partial<Record<NodeJS.Platform, string[]>> = {
  linux: ['libtensorflow_cc.so.2', 'libtensorflow.so.2', 'libtensorflow.so'],
  darwin: ['libtensorflow_cc.2.dylib', 'libtensorflow.2.dylib', 'libtensorflow.dylib'],
  win32: ['tensorflow.dll'],
}

export type LibrarySource = 'environment' | 'setting' | 'cache'

export interface LocatedLibrary {
  /** Absolute path of the shared library. */
  path: string
  source: LibrarySource
  /** Name of the cache folder: the id of the runtime descriptor it was made from. */
  descriptor?: string
}

export interface LocateOptions {
  /** File or folder that the user set; the environment variable XCLASSIFIER_LIBTENSORFLOW overrides it. */
  setting?: string
  /** Preferred cache folder first, e.g. the CUDA runtime for a GPU run. */
  prefer?: 'cpu' | 'gpu'
  env?: NodeJS.ProcessEnv
}

/** `${XDG_CACHE_HOME:-~/.cache}/xclassifier/runtime`, with one folder a runtime descriptor. */
export function runtimeCacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'xclassifier', 'runtime')
}

/**
 * The library to open: the environment variable, else the user's setting, else the cache folder.
 * A path that was named but holds no library is an error, never a silent fall back.
 * @throws CodedError RUNTIME_MISSING
 */
export function locateLibtensorflow(options: LocateOptions = {}): LocatedLibrary {
  const env = options.env ?? process.env
  if (env.XCLASSIFIER_LIBTENSORFLOW) return named(env.XCLASSIFIER_LIBTENSORFLOW, 'environment')
  if (options.setting) return named(options.setting, 'setting')

  const cache = runtimeCacheFolder(env)
  const isGpu = (name: string): boolean => /cuda|gpu/.test(name)
  const wantGpu = options.prefer === 'gpu'
  const folders = subfolders(cache).sort((a, b) => Number(isGpu(b) === wantGpu) - Number(isGpu(a) === wantGpu) || b.localeCompare(a))
  for (const descriptor of folders) {
    const path = inFolder(join(cache, descriptor))
    if (path) return { path, source: 'cache', descriptor }
  }
  throw missing(`No TensorFlow library is installed in ${cache}.`, cache)
}

function named(path: string, source: LibrarySource): LocatedLibrary {
  if (!existsSync(path)) throw missing(`There is no TensorFlow library at ${path}.`, path)
  const file = statSync(path).isDirectory() ? inFolder(path) : path
  if (!file) throw missing(`The folder ${path} holds no ${(NAMES[process.platform] ?? []).join(' or ')}.`, path)
  return { path: file, source }
}

/** In the folder itself, else in its `lib`, as in TensorFlow's C tarball. */
function inFolder(folder: string): string | undefined {
  return [folder, join(folder, 'lib')].flatMap((f) => (NAMES[process.platform] ?? []).map((n) => join(f, n))).find((f) => existsSync(f))
}

function subfolders(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true }).filter((e) => e.isDirectory()).map((e) => e.name)
}

function missing(message: string, file: string): CodedError {
  return new CodedError('RUNTIME_MISSING', message, {
    file,
    remedy: 'Run `npm run setup`, or name a libtensorflow of 2.9 or later (its file or folder) in XCLASSIFIER_LIBTENSORFLOW or on the Runtime settings page.',
  })
}

/** Folder of the library, where its companions (framework, CUDA) lie. */
export function libraryFolder(library: LocatedLibrary): string {
  return dirname(library.path)
}
