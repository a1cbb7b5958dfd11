import type { Job } from '#shared/domain/job.ts'
import { CodedError, toErrorShape } from '#shared/errors.ts'
import type { Sink } from '#main/dicom/network/index.ts'
import type { JobContext, JobsService } from '../../jobs/jobs.ts'
import type { Arrivals } from '../arrivals.ts'
import type { Nodes } from '../nodes.ts'
import { ask, type WebAccess } from './client.ts'
import { boundaryOf, multipart } from './multipart.ts'

interface RetrieveRequest {
  /** Id. */
  node: string
  /** Study Instance UIDs. */
  studies: string[]
}

const ACCEPT = 'multipart/related; type="application/dicom"; transfer-syntax=*'
const NOTHING = new Uint8Array(0)

/** Fetches studies from a DICOMweb node (WADO-RS, PS3.18 section 10.4) and imports them. */
export class RetrievingService {
  readonly #nodes
  readonly #arrivals
  readonly #jobs

  constructor(nodes: Nodes, arrivals: Arrivals, jobs: JobsService) {
    this.#nodes = nodes
    this.#arrivals = arrivals
    this.#jobs = jobs
    jobs.register<RetrieveRequest>('retrieve', { resumable: true, run: (request, job) => this.#run(request, job) })
  }

  /** Queue it; the result is `{films, failed}`. @throws NOT_FOUND, WRONG_NODE */
  start(request: RetrieveRequest): Job {
    const { id, name } = this.#nodes.get(request.node, 'dicomweb')
    const what = request.studies.length === 1 ? 'a study' : `${request.studies.length} studies`
    return this.#jobs.start('retrieve', `Fetch ${what} from ${name}`, { ...request, node: id })
  }

  async #run({ node: id, studies }: RetrieveRequest, job: JobContext): Promise<Job['result']> {
    const { address, user } = this.#nodes.get(id, 'dicomweb')
    const access = { address, user, secret: this.#nodes.secret(id), signal: job.signal }
    const counts = { films: 0, failed: 0 }
    const refuse = (error: unknown, path: string): void => {
      job.signal.throwIfAborted()
      if (!(error instanceof CodedError)) throw error
      counts.failed++
      const { code, message } = toErrorShape(error)
      job.skip({ path, code, message })
    }
    const collector = this.#arrivals.collect(() => counts.films++)
    for (const [at, study] of studies.entries()) {
      try {
        await fetchStudy(access, study, (film) => refuseFilm(film, refuse, study), () => collector.open(NOTHING, null))
      } catch (error) {
        refuse(error, study)
      }
      job.progress(at + 1, studies.length)
    }
    await collector.flush()
    return { ...counts }
  }
}

/** Films that are none (reports, say) cost only themselves. */
async function refuseFilm(finish: () => Promise<void>, refuse: (error: unknown, path: string) => void, study: string): Promise<void> {
  try {
    await finish()
  } catch (error) {
    refuse(error, study)
  }
}

async function fetchStudy(access: WebAccess, study: string, guard: (finish: () => Promise<void>) => Promise<void>, open: () => Promise<Sink>): Promise<void> {
  await ask(access, `/studies/${study}`, ACCEPT, async (response, beat) => {
    const boundary = boundaryOf(response.headers.get('content-type'))
    let sink: Sink | null = null
    try {
      for await (const part of multipart(response.body as AsyncIterable<Uint8Array>, boundary)) {
        beat()
        if (part.event === 'part') sink = await onDisk(open)
        else if (part.event === 'data') await onDisk(() => sink!.write(part.bytes))
        else {
          const whole: Sink = sink!
          await guard(() => onDisk(() => whole.finish()))
          await whole.discard()
          sink = null
        }
      }
    } finally {
      await sink?.discard()
    }
  })
}

/** A full disk is not the node's fault. @throws NOT_KEPT, and coded errors as they are */
async function onDisk<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    if (cause instanceof CodedError) throw cause
    throw new CodedError('NOT_KEPT', `The film could not be written (${(cause as NodeJS.ErrnoException).code ?? 'unknown'}).`, { cause, remedy: 'Make room on the disk of the library, and fetch it again.' })
  }
}
