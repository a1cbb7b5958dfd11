import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isTestSupport } from './imports.ts'
import type { Import } from './imports.ts'

/** A rule in words, and what breaks it. */
export interface Rule {
  readonly says: string
  breaks(item: Import): boolean
}

const under = (path: string | undefined, ...folders: string[]): boolean => folders.some((folder) => path?.startsWith(`${folder}/`))
const isNode = (specifier: string): boolean => specifier.startsWith('node:')

/** Imports go one way: renderer -> shared <- main; inside main: entry -> host, services -> store, dicom, engine -> shared. */
export const rules: Rule[] = [
  {
    says: 'the page imports no main code, no Node module and no Electron',
    breaks: ({ file, specifier, target }) =>
      under(file, 'src-renderer') && (target ? !under(target, 'src-renderer', 'src-shared') : isNode(specifier) || specifier === 'electron'),
  },
  {
    says: 'shared code imports nothing but shared code and zod',
    breaks: ({ file, specifier, target }) => under(file, 'src-shared') && (target ? !under(target, 'src-shared') : specifier !== 'zod'),
  },
  {
    says: 'main code imports no page code',
    breaks: ({ file, target }) => under(file, 'src-main') && under(target, 'src-renderer', 'test', 'scripts'),
  },
  {
    says: 'only the Electron host and its two entries import electron',
    breaks: ({ file, specifier }) =>
      under(file, 'src-main', 'src-shared') &&
      /^electron(\/|$)/.test(specifier) &&
      !under(file, 'src-main/host/electron') &&
      !['src-main/entry/electron.ts', 'src-main/entry/preload.ts'].includes(file),
  },
  {
    says: 'the core imports no host and no entry, save services the type of the host',
    breaks: ({ file, target, typeOnly }) =>
      under(file, 'src-main/store', 'src-main/dicom', 'src-main/engine', 'src-main/services') &&
      under(target, 'src-main/host', 'src-main/entry') &&
      !(under(file, 'src-main/services') && target === 'src-main/host/host.ts' && typeOnly),
  },
  {
    says: 'store, DICOM and engine import no services',
    breaks: ({ file, target }) => under(file, 'src-main/store', 'src-main/dicom', 'src-main/engine') && under(target, 'src-main/services'),
  },
  {
    says: 'DICOM knows no database, the database no DICOM and no engine',
    breaks: ({ file, target }) =>
      (under(file, 'src-main/dicom') && under(target, 'src-main/store', 'src-main/engine')) || (under(file, 'src-main/store') && under(target, 'src-main/dicom', 'src-main/engine')),
  },
]

/** Each broken import as `file:line imports specifier`. */
export function violations(rule: Rule, imports: readonly Import[]): string[] {
  return imports.filter((item) => !isTestSupport(item.file) && rule.breaks(item)).map(({ file, line, specifier }) => `${file}:${line} imports ${specifier}`)
}

/** Requests of the contracts that nobody answers, and answers that nobody asks for. */
export function unmatched(contract: object, handlers: object): string[] {
  const missing = Object.keys(contract).filter((name) => !(name in handlers)).map((name) => `${name} has no handler`)
  const extra = Object.keys(handlers).filter((name) => !(name in contract)).map((name) => `${name} is in no contract`)
  return [...missing, ...extra]
}

export const MOST_LINES = 300

/** Files with more than 300 lines of code; blank lines and comments do not count. */
export function tooLong(root: string): string[] {
  const files = globSync(['src-{main,shared,renderer}/**/*.{ts,vue,cc,h,css}', '{scripts,test}/**/*.{ts,mjs}'], { cwd: root, exclude: ['**/node_modules/**', '**/build/**'] })
  return files.map((file) => ({ file, lines: linesOfCode(readFileSync(join(root, file), 'utf8')) })).filter(({ lines }) => lines > MOST_LINES).map(({ file, lines }) => `${file} has ${lines} lines of code`)
}

function linesOfCode(text: string): number {
  const withoutComments = text.replace(/^[ \t]*\/\*[\s\S]*?\*\/[ \t]*$/gm, '').replace(/<!--[\s\S]*?-->/g, '')
  return withoutComments.split('\n').filter((line) => line.trim() && !line.trim().startsWith('//')).length
}
