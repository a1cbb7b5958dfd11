import { globSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import ts from 'typescript'

/** One import, re-export, `import()`, `require()` or worker address of a source file. */
export interface Import {
  /** Importing file, relative to the root. */
  file: string
  line: number
  specifier: string
  /** Imported file relative to the root; undefined for packages and Node's modules. */
  target?: string
  /** Erased before the program runs. */
  typeOnly: boolean
}

/** Files that only tests use: they may look at anything. */
export const isTestSupport = (file: string): boolean => /\.test\.ts$|(^|\/)testing\//.test(file)

export function sourceFiles(root: string): string[] {
  return globSync('src-{main,shared,renderer}/**/*.{ts,vue}', { cwd: root }).map((file) => file.replaceAll('\\', '/')).sort()
}

export function readImports(root: string, files = sourceFiles(root)): Import[] {
  return files.flatMap((file) => importsOf(file, scriptOf(file, readFileSync(join(root, file), 'utf8'))))
}

/** Script blocks of a .vue file, with the rest blanked so that line numbers stay true. */
function scriptOf(file: string, text: string): string {
  if (!file.endsWith('.vue')) return text
  let script = ''
  let at = 0
  for (const match of text.matchAll(/(<script\b[^>]*>)([\s\S]*?)<\/script>/g)) {
    const start = match.index + match[1]!.length
    script += blank(text.slice(at, start)) + match[2]
    at = start + match[2]!.length
  }
  return script + blank(text.slice(at))
}

const blank = (text: string): string => text.replace(/[^\n]/g, ' ')

function importsOf(file: string, text: string): Import[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true, ts.ScriptKind.TS)
  const found: Import[] = []
  const add = (node: ts.Expression | undefined, typeOnly: boolean): void => {
    if (!node || !ts.isStringLiteralLike(node)) return
    const line = source.getLineAndCharacterOfPosition(node.getStart()).line + 1
    found.push({ file, line, specifier: node.text, target: resolve(file, node.text), typeOnly })
  }
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier as ts.Expression, isErased(node.importClause))
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly)
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal as ts.Expression, true)
    else if (ts.isCallExpression(node) && (node.expression.kind === ts.SyntaxKind.ImportKeyword || node.expression.getText() === 'require')) add(node.arguments[0], false)
    else if (ts.isNewExpression(node) && node.expression.getText() === 'URL' && node.arguments?.[1]?.getText() === 'import.meta.url') add(node.arguments[0], false)
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

/** `import type`, or a clause whose every name is marked `type`. */
function isErased(clause: ts.ImportClause | undefined): boolean {
  if (!clause) return false
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true
  const named = clause.namedBindings
  return !clause.name && named !== undefined && ts.isNamedImports(named) && named.elements.length > 0 && named.elements.every((element) => element.isTypeOnly)
}

function resolve(file: string, specifier: string): string | undefined {
  if (specifier.startsWith('#main/')) return `src-main/${specifier.slice(6)}`
  if (specifier.startsWith('#shared/')) return `src-shared/${specifier.slice(8)}`
  return specifier.startsWith('.') ? posix.normalize(posix.join(posix.dirname(file), specifier)) : undefined
}
