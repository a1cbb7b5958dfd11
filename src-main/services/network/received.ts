import { hash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, open, readFile, readdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { CodedError } from '#shared/errors.ts'
import { derivedUid, type DecodePool } from '#main/dicom/index.ts'
import { isUid, type Sink } from '#main/dicom/network/index.ts'
import { writeWhole } from '#main/files/whole.ts'
import { isAlive } from '../alive.ts'

/**
 * Where received films lie: `<study>/<instance>.dcm`. A film is first written under `.incoming`, and before it gets its name a note under `.pending` says
 * that it is still to be imported: whenever the program ends, each film is either not there or in the library after the next start.
 */
export class ReceivedFolder {
  readonly #root
  readonly #pool
  #count = 0

  constructor(root: string, pool: DecodePool) {
    this.#root = root
    this.#pool = pool
  }

  /** Forget halves that processes now gone have left. @returns films that are not imported yet */
  async prepare(): Promise<Film[]> {
    const incoming = await mkdirs(join(this.#root, '.incoming'))
    const pending = await mkdirs(join(this.#root, '.pending'))
    for (const name of await readdir(incoming)) if (!isAlive(Number.parseInt(name, 10))) await rm(join(incoming, name), { force: true })
    const notes = (await readdir(pending)).filter((name) => !name.endsWith('.tmp')).map((name) => join(pending, name))
    const films = await Promise.all(notes.map(async (note) => ({ note, path: join(this.#root, (await readFile(note, 'utf8')).trim()) })))
    // The program ended between note and name: the other side was not told of success, and sends again.
    const gone = films.filter(({ path }) => !existsSync(path))
    await this.done(gone)
    return films.filter((film) => !gone.includes(film))
  }

  /**
   * @param start what the file begins with, before what will be written
   * @param announced its SOP Instance UID as the other side says it; null where it does not
   * @param kept told of the film once it is safely there
   */
  async open(start: Uint8Array, announced: string | null, kept: (film: Film) => void): Promise<Sink> {
    const part = join(await mkdirs(join(this.#root, '.incoming')), `${process.pid}-${++this.#count}.part`)
    const file = await open(part, 'wx')
    const discard = async (): Promise<void> => {
      await file.close()
      await rm(part, { force: true })
    }
    try {
      await file.writeFile(start)
    } catch (error) {
      await discard()
      throw error
    }
    return {
      write: (chunk) => file.writeFile(chunk),
      finish: async () => {
        await file.sync()
        await file.close()
        kept(await this.#keep(part, announced))
      },
      discard,
    }
  }

  /** The film is in the library, or was refused there with its reason. */
  async done(films: readonly Film[]): Promise<void> {
    for (const { note } of films) await rm(note, { force: true })
  }

  async #keep(part: string, announced: string | null): Promise<Film> {
    const { sopInstanceUid, studyInstanceUid } = (await this.#pool.run({ task: 'inspect', path: part, decode: false })).uids
    if (announced !== null && announced !== sopInstanceUid) throw new CodedError('UID_MISMATCH', 'The film is not the one that was announced.')
    const [study, instance] = [studyInstanceUid, sopInstanceUid].map((uid) => (isUid(uid) ? uid : derivedUid(uid)))
    const place = join(study!, `${instance}.dcm`)
    // Another film under a known UID lies beside the first: neither is lost.
    const name = (await differs(part, join(this.#root, place))) ? join(study!, `${instance}-${await digest(part)}.dcm`) : place
    const note = join(await mkdirs(join(this.#root, '.pending')), `${process.pid}-${this.#count}-${instance}`)
    await mkdirs(dirname(join(this.#root, name)))
    await writeWhole(note, `${name}\n`)
    await rename(part, join(this.#root, name))
    await syncFolder(dirname(join(this.#root, name)))
    return { path: join(this.#root, name), note }
  }
}

export interface Film {
  path: string
  note: string
}

/** Enough of it to tell two films under one name apart. */
const digest = async (path: string): Promise<string> => hash('sha256', await readFile(path)).slice(0, 16)

async function mkdirs(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true })
  return folder
}

/** Whether there is a file at `there`, and with other bytes. */
async function differs(path: string, there: string): Promise<boolean> {
  const known = await readFile(there).catch(() => null)
  return known !== null && !known.equals(await readFile(path))
}

/** A rename outlives a loss of power once the folder is written too; Windows cannot sync folders, and does not need to. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  await using handle = await open(folder)
  await handle.sync()
}
