import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Job } from '#shared/domain/job.ts'
import { CodedError, toErrorShape } from '#shared/errors.ts'
import type { DecodePool } from '#main/dicom/index.ts'
import { associate, instanceOf, MOST_KINDS, type Association, type Instance, type Kind, type Peer } from '#main/dicom/network/index.ts'
import type { Store } from '#main/store/index.ts'
import type { StoredImage } from '#main/store/repositories/images.ts'
import type { JobContext, JobsService } from '../jobs/jobs.ts'
import type { ReportsService } from '../reports/reports.ts'

export interface SendRequest {
  /** Ids. */
  studies: string[]
  to: Peer
  /** How the job calls the other side. */
  name: string
  /** Our AE title. */
  calling: string
  films: boolean
  reports: ('sr' | 'sc')[]
}

/** What is sent: read only when its turn comes, so that a thousand films take the memory of one. */
interface Item {
  /** For the list of what was left out. */
  name: string
  study: string
  read(): Promise<Instance>
}

interface Around {
  store: Store
  pool: DecodePool
  jobs: JobsService
  reports: ReportsService
}

/** A connection that breaks is opened again so many times without an instance in between. */
const TRIES = 3
/** Milliseconds before the first new try; twice as long before each further one. */
const PAUSE = 500

/** Films and reports to another system (C-STORE, PS3.4 annex B), one association after another. */
export class SendingService {
  readonly #around
  readonly #pause

  /** @param pause for tests */
  constructor(around: Around, pause = PAUSE) {
    this.#around = around
    this.#pause = pause
    around.jobs.register<SendRequest>('send', { resumable: true, run: (request, job) => this.#run(request, job) })
  }

  /** Queue it; the result is `{sent, failed}`, and each failure is listed with its reason. @throws NOT_FOUND */
  start(request: SendRequest): Job {
    const studies = request.studies.map((study) => this.#around.store.studies.get(study).id)
    const what = studies.length === 1 ? 'a study' : `${studies.length} studies`
    return this.#around.jobs.start('send', `Send ${what} to ${request.name}`, { ...request, studies })
  }

  async #run({ studies, to, calling, films, reports }: SendRequest, job: JobContext): Promise<Job['result']> {
    const items = studies.flatMap((study) => [...(films ? this.#filmsOf(study) : []), ...reports.map((format) => this.#report(study, format))])
    const sender = new Sender(to, calling, job, this.#pause)
    let sent = 0
    try {
      for (const [at, item] of items.entries()) {
        if (await this.#sendOne(item, sender, job)) {
          sent++
          this.#around.store.audit.add('study.send', item.study, { to: to.aeTitle, host: to.host })
        }
        job.progress(at + 1, items.length)
        await job.breathe()
      }
    } finally {
      await sender.close()
    }
    return { sent, failed: items.length - sent }
  }

  async #sendOne(item: Item, sender: Sender, job: JobContext): Promise<boolean> {
    const refuse = (code: string, message: string): false => (job.skip({ path: item.name, code, message }), false)
    let instance: Instance
    try {
      instance = await item.read()
    } catch (error) {
      job.signal.throwIfAborted()
      const { code, message } = toErrorShape(error)
      return refuse(code, message)
    }
    const answer = await sender.store(instance)
    if (answer === null) return refuse('CODING_REFUSED', `The other side does not take this kind of object in its coding (${instance.transferSyntaxUid}).`)
    // Warnings (PS3.4 table B.2-1) say that it was stored, if not as it was.
    const stored = answer.status === 0 || (answer.status & 0xf000) === 0xb000
    return stored || refuse('STORE_REFUSED', `The other side answers with status 0x${answer.status.toString(16).padStart(4, '0')}${answer.comment ? ` (${answer.comment})` : ''}.`)
  }

  #filmsOf(study: string): Item[] {
    const { store } = this.#around
    return store.images.ofStudy(store.studies.get(study).key).map((image) => ({ name: image.fileName, study, read: () => this.#readFilm(study, image) }))
  }

  /** PNG and JPEG travel as secondary captures, under the names that the library has for them. */
  async #readFilm(id: string, { path, kind, sopInstanceUid, view }: StoredImage): Promise<Instance> {
    if (path === null) throw new CodedError('LABELS_ONLY', 'Only the labels of this film were imported.')
    if (kind === 'dicom') return instanceOf(await readFile(path).catch((cause: unknown) => gone(cause, path)), path)
    const { studyInstanceUid, patientId, patientName, sex } = this.#around.store.studies.get(id)
    const known = { studyInstanceUid, sopInstanceUid, patientId, patientName: patientName || patientId, sex, viewPosition: view }
    return instanceOf(await this.#around.pool.run({ task: 'viewer', path, known }), path)
  }

  #report(study: string, format: 'sr' | 'sc'): Item {
    const { reports } = this.#around
    return { name: `report (${format})`, study, read: async () => instanceOf(await reports.forSending(study, format), `report (${format})`) }
  }
}

function gone(cause: unknown, file: string): never {
  throw new CodedError('FILE_NOT_FOUND', 'The film is not where it was.', { file, cause })
}

/** Keeps an association open for as long as the kinds that it was made for suffice, and opens it again when it breaks. */
class Sender {
  readonly #peer
  readonly #calling
  readonly #job
  readonly #pause
  readonly #kinds = new Map<string, Kind>()
  #association: Association | null = null

  constructor(peer: Peer, calling: string, job: JobContext, pause: number) {
    this.#peer = peer
    this.#calling = calling
    this.#job = job
    this.#pause = pause
  }

  /** Null where the other side does not take such instances. @throws PEER_UNREACHABLE, PEER_REFUSED */
  async store(instance: Instance): Promise<{ status: number; comment: string } | null> {
    for (let tried = 1; ; tried++) {
      try {
        const association = await this.#open(instance)
        return association.takes(instance) ? await association.store(instance) : null
      } catch (error) {
        this.#association?.abort()
        this.#association = null
        this.#job.signal.throwIfAborted()
        const { code } = error as { code?: string }
        if (tried === TRIES || (code !== 'PEER_UNREACHABLE' && code !== 'PEER_ABORTED')) throw error
        await sleep(this.#pause * 2 ** (tried - 1), undefined, { signal: this.#job.signal })
      }
    }
  }

  async close(): Promise<void> {
    await this.#association?.release().catch(() => {})
    this.#association = null
  }

  async #open({ sopClassUid, transferSyntaxUid }: Instance): Promise<Association> {
    const key = `${sopClassUid} ${transferSyntaxUid}`
    if (this.#association && this.#kinds.has(key)) return this.#association
    await this.close()
    if (this.#kinds.size >= MOST_KINDS - 1) this.#kinds.clear()
    this.#kinds.set(key, { sopClassUid, transferSyntaxUid })
    this.#association = await associate(this.#peer, [...this.#kinds.values()], { calling: this.#calling, signal: this.#job.signal })
    return this.#association
  }
}
