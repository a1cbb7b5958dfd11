import { randomBytes } from 'node:crypto'
import { mkdir, realpath, stat } from 'node:fs/promises'
import { join, relative, resolve, sep } from 'node:path'
import type { Job } from '#shared/domain/job.ts'
import { CodedError, toErrorShape } from '#shared/errors.ts'
import type { DecodePool } from '#main/dicom/index.ts'
import { writeJson, writeWhole } from '#main/files/whole.ts'
import type { Store } from '#main/store/index.ts'
import { appVersion } from '../app.ts'
import { walk } from '../importing/walk.ts'
import type { JobContext, JobsService } from '../jobs/jobs.ts'

export interface DeidentifyRequest {
  /** Files and folders. */
  paths: string[]
  /** Ids of the library. */
  studies: string[]
  out: string
  shiftDates: boolean
  /** Also films that say that there is text in their pixels. */
  keepBurnedIn: boolean
}

/** What the folder says of itself; only pseudonyms. */
export interface Manifest {
  madeBy: string
  profile: string
  dates: 'removed' | 'shifted'
  /** Relative path of each copy, and why there may be text in its pixels. */
  files: { file: string; burnedIn: string | null }[]
}

export const MANIFEST = 'deidentified.json'
/** Files read at a time. */
const BATCH = 8

/** Copies of films without what tells whose they are (PS3.15 annex E), for those who may not know. The originals stay as they are. */
export class DeidentifyService {
  readonly #store
  readonly #pool
  readonly #jobs

  constructor(store: Store, pool: DecodePool, jobs: JobsService) {
    this.#store = store
    this.#pool = pool
    this.#jobs = jobs
    // Another run would have another salt, and names that do not match those of the first.
    jobs.register<DeidentifyRequest>('deidentify', { resumable: false, run: (request, job) => this.#run(request, job) })
  }

  /** Queue it; the result is `{files, patients, flagged}`, and what was left out is listed. @throws NOT_FOUND */
  start(request: DeidentifyRequest): Job {
    const studies = request.studies.map((study) => this.#store.studies.get(study).id)
    return this.#jobs.start('deidentify', `De-identify ${studies.length ? `${studies.length} ${studies.length === 1 ? 'study' : 'studies'}` : 'films'}`, { ...request, studies })
  }

  async #run({ paths, studies, out, shiftDates, keepBurnedIn }: DeidentifyRequest, job: JobContext): Promise<Job['result']> {
    const refuse = (error: unknown, path: string): void => {
      job.signal.throwIfAborted()
      const { code, message } = toErrorShape(error)
      job.skip({ path, code, message })
    }
    await mkdir(out, { recursive: true }).catch((cause: unknown) => unwritable(out, cause))
    const found = [...this.#filmsOf(studies, refuse), ...(await filesOf(paths, await realpath(out), refuse))]
    const options = { salt: randomBytes(32).toString('hex'), shiftDates, keepBurnedIn }
    const files: Manifest['files'] = []
    const patients = new Set<string>()
    for (let at = 0; at < found.length; at += BATCH) {
      const copies = await Promise.all(found.slice(at, at + BATCH).map((path) => this.#copy(path, resolve(out), options, job.signal).catch((error: unknown) => refuse(error, path))))
      for (const copy of copies) {
        if (!copy) continue
        patients.add(copy.patient)
        files.push({ file: copy.file, burnedIn: copy.burnedIn })
      }
      job.progress(Math.min(at + BATCH, found.length), found.length)
      await job.breathe()
    }
    const manifest: Manifest = { madeBy: `Xclassifier Desktop ${appVersion()}`, profile: 'PS3.15 Basic Application Level Confidentiality Profile', dates: shiftDates ? 'shifted' : 'removed', files }
    if (files.length) await writeJson(join(out, MANIFEST), manifest)
    for (const study of studies) this.#store.audit.add('study.deidentify', study, { shiftDates })
    return { files: files.length, patients: patients.size, flagged: files.filter(({ burnedIn }) => burnedIn !== null).length }
  }

  async #copy(path: string, out: string, options: { salt: string; shiftDates: boolean; keepBurnedIn: boolean }, signal: AbortSignal) {
    const { bytes, patient, studyInstanceUid, sopInstanceUid, burnedIn } = await this.#pool.run({ task: 'deidentify', path, options }, { signal })
    const file = join(patient, studyInstanceUid, `${sopInstanceUid}.dcm`)
    try {
      await mkdir(join(out, patient, studyInstanceUid), { recursive: true })
      await writeWhole(join(out, file), bytes)
    } catch (cause) {
      unwritable(join(out, file), cause)
    }
    return { patient, burnedIn, file: file.split(sep).join('/') }
  }

  #filmsOf(studies: readonly string[], refuse: (error: unknown, path: string) => void): string[] {
    return studies.flatMap((study) =>
      this.#store.images.ofStudy(this.#store.studies.get(study).key).flatMap(({ path, fileName }) => {
        if (path === null) refuse(new CodedError('LABELS_ONLY', 'Only the labels of this film were imported.'), fileName)
        return path === null ? [] : [path]
      }),
    )
  }
}

function unwritable(file: string, cause: unknown): never {
  throw new CodedError('NOT_WRITABLE', `The copies cannot be written (${(cause as NodeJS.ErrnoException).code ?? 'unknown'}).`, { file, cause, remedy: 'Choose another folder, or make room on the disk.' })
}

/** Every file of what was named. @throws OUT_INSIDE where copies would become originals of the next run */
async function filesOf(paths: readonly string[], out: string, refuse: (error: unknown, path: string) => void): Promise<string[]> {
  const files: string[] = []
  for (const chosen of paths) {
    const path = await realpath(chosen).catch((cause: unknown) => {
      throw new CodedError('FILE_NOT_FOUND', 'There is nothing here.', { file: chosen, cause })
    })
    const within = relative(path, out)
    if (within === '' || (!within.startsWith('..') && resolve(path, within) === out)) {
      throw new CodedError('OUT_INSIDE', 'The copies would lie among the originals.', { file: out, remedy: 'Choose a folder outside.' })
    }
    if (!(await stat(path)).isDirectory()) files.push(path)
    else for await (const file of walk(path, (at, error) => refuse(new CodedError('FOLDER_UNREADABLE', `It cannot be read (${error.code}).`), at))) files.push(file)
  }
  return files
}
