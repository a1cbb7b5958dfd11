import { execFileSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** Written in parts, so that this file keeps the rule itself. */
const hosts = [['registry', 'npmjs', 'org'], ['registry', 'yarnpkg', 'com'], ['pypi', 'org'], ['files', 'pythonhosted', 'org'], ['deb', 'debian', 'org'], ['crates', 'io'], ['proxy', 'golang', 'org'], ['maven', 'org']].map((parts) => parts.join('.'))
const folders = ['root', 'work', 'opt/wheels'].map((folder) => `/${folder}/`)

const isHost = new RegExp(`(^|[^\\w.-])(${hosts.map((host) => host.replaceAll('.', '\\.')).join('|')})\\b`, 'i')
const isMachinePath = new RegExp(`(^|[\\s'"\`(=:])(?:${folders.join('|')})[\\w.]|[A-Z]:\\\\Users\\\\\\w`, 'm')

export function trackedFiles(root: string): string[] {
  return execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' }).split('\0').filter((file) => file && statSync(join(root, file), { throwIfNoEntry: false })?.isFile())
}

/** What ties a file to one machine or one index; nothing for binary files. */
export function ties(text: string): string[] {
  if (text.includes('\0')) return []
  return [isHost.exec(text)?.[2], isMachinePath.exec(text)?.[0]?.trim()].filter((found) => found !== undefined)
}

export function tiedFiles(root: string): string[] {
  return trackedFiles(root).flatMap((file) => ties(readFileSync(join(root, file), 'utf8')).map((found) => `${file} holds ${found}`))
}
