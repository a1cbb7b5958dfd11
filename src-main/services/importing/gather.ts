import { readdir, realpath, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { CodedError } from '#shared/errors.ts'
import { isLabelFile, layoutOf, readHeader } from './chexpert/labelFile.ts'
import type { LabelFile } from './chexpert/labelFile.ts'

/** What the user chose, by what it is. */
export interface Gathered {
  /** Label files by the path that makes them one set: their folder, or the file itself when it was chosen alone. */
  sets: Map<string, LabelFile[]>
  /** Folders to search for films. */
  folders: string[]
  /** Files that were chosen one by one, label files aside. */
  files: string[]
}

const isCsv = (path: string): boolean => /\.csv(\.gz)?$/i.test(path)

/** @param refuse told of label files that cannot be used, and of paths that are not there */
export async function gather(paths: readonly string[], wantSets: boolean, refuse: (error: unknown, path: string) => void): Promise<Gathered> {
  const gathered: Gathered = { sets: new Map(), folders: [], files: [] }
  for (const chosen of paths) {
    // Real paths throughout: what the walk finds is compared with what label files name.
    const path = await realpath(chosen).catch((error: NodeJS.ErrnoException) => refuse(new CodedError('FILE_NOT_FOUND', `There is nothing to import here (${error.code}).`), chosen))
    if (!path) continue
    const about = await stat(path)
    if (about.isDirectory()) {
      gathered.folders.push(path)
      if (wantSets) for (const csv of await csvFilesNear(path)) await addLabelFile(gathered, csv, dirname(csv), refuse)
    } else if (!wantSets || !isCsv(path) || !(await addLabelFile(gathered, path, paths.length > 1 ? dirname(path) : path, refuse))) gathered.files.push(path)
  }
  return gathered
}

/** In the folder and the folders right below it: there label files lie, and a look deeper would read every patient's folder. */
async function csvFilesNear(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  const here = entries.filter((entry) => !entry.isDirectory() && isCsv(entry.name)).map((entry) => join(folder, entry.name))
  const below: string[] = []
  for (const entry of entries.filter((candidate) => candidate.isDirectory())) {
    const names = await readdir(join(folder, entry.name)).catch(() => [])
    below.push(...names.filter(isCsv).map((name) => join(folder, entry.name, name)))
  }
  return [...here.sort(), ...below.sort()]
}

/** Whether the file was a label file, usable or not. */
async function addLabelFile(gathered: Gathered, path: string, root: string, refuse: (error: unknown, path: string) => void): Promise<boolean> {
  try {
    const header = await readHeader(path)
    if (!header || !isLabelFile(header)) return false
    const file = layoutOf(path, header)
    const key = await realpath(root)
    gathered.sets.set(key, [...(gathered.sets.get(key) ?? []), file])
  } catch (error) {
    refuse(error, path)
  }
  return true
}
