import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { CodedError } from '#shared/errors.ts'

let root: string | undefined

/** Folder of package.json: of the checkout when run from sources, of the unpacked app otherwise. */
export function appRoot(): string {
  root ??= findUp(import.meta.dirname)
  return root
}

export function appVersion(): string {
  const { version } = JSON.parse(readFileSync(join(appRoot(), 'package.json'), 'utf8')) as { version: string }
  return version
}

/** A file or folder of `resources/`: beside package.json in a checkout, beside the archive (`process.resourcesPath`) in the installed app. */
export function resource(...path: string[]): string {
  const { resourcesPath } = process as { resourcesPath?: string }
  const candidates = [resourcesPath, join(appRoot(), 'resources')].flatMap((folder) => (folder ? [join(folder, ...path)] : []))
  return candidates.find((candidate) => existsSync(candidate)) ?? candidates.at(-1)!
}

function findUp(folder: string): string {
  const file = join(folder, 'package.json')
  if (existsSync(file) && (JSON.parse(readFileSync(file, 'utf8')) as { name?: string }).name === 'xclassifier-desktop') return folder
  if (dirname(folder) === folder) throw new CodedError('APP_BROKEN', 'The package.json of the app is missing.', { remedy: 'Install the app again.' })
  return findUp(dirname(folder))
}
