import { readdir, realpath, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { CodedError } from '#shared/errors.ts'
import type { LabelTable } from './layouts/layout.ts'
import { formatOf, recognise } from './layouts/recognise.ts'
import type { MappingOf } from './layouts/recognise.ts'
import { isTable, readTable } from './tables/csv.ts'
import type { Table } from './tables/csv.ts'

/** What the user chose, by what it is. */
export interface Gathered {
  /** Label tables by the path that makes them one set: their folder, or the file itself when it was chosen alone. */
  sets: Map<string, LabelTable[]>
  /** Folders to search for films. */
  folders: string[]
  /** Files that were chosen one by one, label files aside. */
  files: string[]
}

type Refuse = (error: unknown, path: string) => void

/** @param refuse told of label files that cannot be used, and of paths that are not there */
export async function gather(paths: readonly string[], wantSets: boolean, mappingOf: MappingOf, refuse: Refuse): Promise<Gathered> {
  const { tables, folders, files } = await findTables(paths, wantSets, mappingOf, refuse)
  const sets = new Map<string, LabelTable[]>()
  for (const [root, ofRoot] of tables) {
    const found = await recognise(ofRoot, mappingOf, refuse)
    if (found.length) sets.set(root, found)
  }
  return { sets, folders, files }
}

/** Every table by the root of its set, those that are of no known kind among them where `all`. */
export async function findTables(paths: readonly string[], wantSets: boolean, mappingOf: MappingOf, refuse: Refuse, all = false) {
  const tables = new Map<string, Table[]>()
  const [folders, files]: [string[], string[]] = [[], []]
  const add = async (path: string, root: string): Promise<boolean> => {
    const table = await readTable(path).catch((error: NodeJS.ErrnoException) => refuse(new CodedError('CSV_UNREADABLE', `The table cannot be read (${error.code ?? error.message}).`, { file: path, cause: error }), path))
    // Unreadable: it was a table, and is refused.
    if (table === undefined) return true
    const format = table && formatOf(table, mappingOf)
    if (!table || (!format && !all)) return false
    // A table of MIMIC-CXR says nothing without those beside it.
    const alone = format === 'mimic-cxr' && root === path
    for (const each of alone ? await siblings(path) : [table]) put(tables, await realpath(alone ? dirname(path) : root), each)
    return true
  }
  for (const chosen of paths) {
    // Real paths throughout: what the walk finds is compared with what label files name.
    const path = await realpath(chosen).catch((error: NodeJS.ErrnoException) => refuse(new CodedError('FILE_NOT_FOUND', `There is nothing to import here (${error.code}).`), chosen))
    if (!path) continue
    const about = await stat(path)
    if (about.isDirectory()) {
      folders.push(path)
      if (wantSets) for (const table of await tablesNear(path)) await add(table, dirname(table))
    } else if (!wantSets || !isTable(path) || !(await add(path, paths.length > 1 ? dirname(path) : path))) files.push(path)
  }
  return { tables, folders, files }
}

function put(tables: Map<string, Table[]>, root: string, table: Table): void {
  const known = tables.get(root) ?? []
  if (!known.some(({ path }) => path === table.path)) tables.set(root, [...known, table])
}

async function siblings(path: string): Promise<Table[]> {
  const names = (await readdir(dirname(path))).filter(isTable).sort()
  const tables = await Promise.all(names.map((name) => readTable(join(dirname(path), name)).catch(() => null)))
  return tables.filter((table) => table !== null && formatOf(table, () => null) === 'mimic-cxr') as Table[]
}

/** In the folder and the folders right below it: there label files lie, and a look deeper would read every patient's folder. */
async function tablesNear(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  const here = entries.filter((entry) => !entry.isDirectory() && isTable(entry.name)).map((entry) => join(folder, entry.name))
  const below: string[] = []
  for (const entry of entries.filter((candidate) => candidate.isDirectory())) {
    const names = await readdir(join(folder, entry.name)).catch(() => [])
    below.push(...names.filter(isTable).map((name) => join(folder, entry.name, name)))
  }
  return [...here.sort(), ...below.sort()]
}
