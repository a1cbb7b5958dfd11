import { createHash } from 'node:crypto'
import { appendFile, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { HEADER_BYTES, encodeHeader, hashFiles } from '#main/engine/data/npy.ts'
import { writeWhole } from '#main/files/whole.ts'
import type { SkippedFile } from '#shared/domain/job.ts'

/** What is known of a finished pack; stands beside it as JSON. */
export interface PackFacts {
  /** Of the list of films it was made from. */
  films: string
  rows: number
  size: number
  /** Rows whose film could not be read; they are black. */
  unreadable: number[]
  sha256: string
  bytes: number
  modified: number
}

export interface UnreadableRow extends SkippedFile {
  row: number
}

/** What the films of a pack look like, besides their size. */
export interface PackLook {
  /** Bits of a grey; default 8. */
  depth?: 8 | 16
  /** Whether histograms are spread. */
  equalise?: boolean
}

/** Where the pack of a data set at a size lies in the folder of packs. */
export const packPath = (folder: string, dataset: string, size: number, { depth = 8, equalise = false }: PackLook = {}): string =>
  join(folder, `${dataset}-${size}${depth === 16 ? '-16' : ''}${equalise ? '-equalised' : ''}.npy`)

/** Of a pack `x.npy`: facts `x.json`; while it is made `x.npy.part`, and `x.npy.unreadable` with a line of JSON for every film that failed. */
export const beside = (file: string) => ({ facts: file.replace(/\.npy$/, '.json'), part: `${file}.part`, log: `${file}.unreadable` })

/** Identifies a list of films: the same paths in the same order. */
export function fingerprint(paths: readonly (string | null)[]): string {
  const hash = createHash('sha256')
  for (const path of paths) hash.update(`${path ?? ''}\n`)
  return hash.digest('hex')
}

/**
 * The facts of a pack that stands whole, null when it must be made. Its bytes are hashed again when the file was touched since, or when asked.
 * @param verify hash them in any case
 */
export async function readPack(file: string, films: string, verify = false): Promise<PackFacts | null> {
  const { facts: factsFile } = beside(file)
  const facts = await readFile(factsFile, 'utf8').then((text) => JSON.parse(text) as PackFacts).catch(() => null)
  const about = await stat(file).catch(() => null)
  if (!facts || !about || facts.films !== films || about.size !== facts.bytes) return null
  return (!verify && about.mtimeMs === facts.modified) || (await hashFiles([file])) === facts.sha256 ? facts : null
}

interface PackShape {
  rows: number
  size: number
  /** Bits of a grey; default 8. */
  depth?: 8 | 16
  films: string
}

const rowBytes = ({ size, depth = 8 }: PackShape): number => (size ** 2 * depth) / 8

/** A pack in the making: rows are appended in order, so that after a crash it goes on after the last whole row. */
export class PackPart {
  readonly #file: string
  readonly #handle: FileHandle
  readonly #shape: PackShape
  readonly #unreadable: UnreadableRow[]
  /** Rows written. */
  done: number

  private constructor(file: string, handle: FileHandle, shape: PackShape, done: number, unreadable: UnreadableRow[]) {
    this.#file = file
    this.#handle = handle
    this.#shape = shape
    this.#unreadable = unreadable
    this.done = done
  }

  static async open(file: string, shape: PackShape): Promise<PackPart> {
    const { part, log } = beside(file)
    const lines = (await readFile(log, 'utf8').catch(() => '')).split('\n').filter(Boolean)
    const [first = '', ...rest] = lines
    const resumes = first === shape.films
    if (!resumes) {
      await rm(part, { force: true })
      await writeFile(log, `${shape.films}\n`)
    }
    const handle = await open(part, resumes ? 'a+' : 'w+').then(async (made) => {
      await made.close()
      return open(part, 'r+')
    })
    const { size: bytes } = await handle.stat()
    const done = Math.min(shape.rows, Math.max(0, Math.floor((bytes - HEADER_BYTES) / rowBytes(shape))))
    await handle.write(encodeHeader(shape.depth === 16 ? 'uint16' : 'uint8', [shape.rows, shape.size, shape.size]), 0, HEADER_BYTES, 0)
    const unreadable = resumes ? rest.map(parseLine).filter((row) => row !== null && row.row < done) as UnreadableRow[] : []
    return new PackPart(file, handle, shape, done, unreadable)
  }

  /** Append rows, each as bytes; a film that could not be read is null in `pictures` and named in `failed`. */
  async append(pictures: readonly (Uint8Array | null)[], failed: readonly UnreadableRow[]): Promise<void> {
    const area = rowBytes(this.#shape)
    const bytes = new Uint8Array(pictures.length * area)
    pictures.forEach((picture, i) => picture && bytes.set(picture, i * area))
    // The log first: rows without their log line would be taken for readable after a crash.
    if (failed.length) await appendFile(beside(this.#file).log, failed.map((row) => `${JSON.stringify(row)}\n`).join(''))
    const at = HEADER_BYTES + this.done * area
    // The system may take less than it is given.
    for (let done = 0; done < bytes.length; ) done += (await this.#handle.write(bytes, done, bytes.length - done, at + done)).bytesWritten
    this.#unreadable.push(...failed)
    this.done += pictures.length
  }

  /** Put the whole pack under its name, with its facts. */
  async finish(): Promise<PackFacts & { failed: UnreadableRow[] }> {
    const { part, facts: factsFile, log } = beside(this.#file)
    const { rows, size, films } = this.#shape
    await this.#handle.truncate(HEADER_BYTES + rows * rowBytes(this.#shape))
    await this.#handle.sync()
    await this.#handle.close()
    await rename(part, this.#file)
    const about = await stat(this.#file)
    const unreadable = this.#unreadable.map(({ row }) => row)
    const facts: PackFacts = { films, rows, size, unreadable, sha256: await hashFiles([this.#file]), bytes: about.size, modified: about.mtimeMs }
    await writeWhole(factsFile, JSON.stringify(facts))
    await rm(log, { force: true })
    return { ...facts, failed: this.#unreadable }
  }

  /** Leave it as it stands, to go on later. */
  async pause(): Promise<void> {
    await this.#handle.close()
  }
}

/** Null for a line that a crash has cut. */
function parseLine(line: string): UnreadableRow | null {
  try {
    return JSON.parse(line) as UnreadableRow
  } catch {
    return null
  }
}
