import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Job } from '#shared/domain/job.ts'
import type { ReportFormat } from '#shared/domain/report.ts'
import { CodedError, toErrorShape } from '#shared/errors.ts'
import type { Store } from '#main/store/index.ts'
import type { JobContext, JobsService } from '../jobs/jobs.ts'
import { fileName, type ReportsService } from './reports.ts'

export interface BatchRequest {
  /** Ids. */
  studies: string[]
  formats: ReportFormat[]
  out: string
}

/** The newest reports of many studies as files; one that cannot be made costs only itself. */
export class ReportExportsService {
  readonly #store
  readonly #jobs
  readonly #reports

  constructor(store: Store, jobs: JobsService, reports: ReportsService) {
    this.#store = store
    this.#jobs = jobs
    this.#reports = reports
    jobs.register<BatchRequest>('export', { resumable: true, run: (request, job) => this.#run(request, job) })
  }

  /** Queue it; the result is `{files, failed}`. @throws NOT_FOUND */
  start(request: BatchRequest): Job {
    const studies = request.studies.map((study) => this.#store.studies.get(study).id)
    return this.#jobs.start('export', `Export ${studies.length === 1 ? 'a report' : `${studies.length} reports`}`, { ...request, studies })
  }

  async #run({ studies, formats, out }: BatchRequest, job: JobContext): Promise<Job['result']> {
    await mkdir(out, { recursive: true }).catch((cause: NodeJS.ErrnoException) => {
      throw new CodedError('NOT_WRITABLE', `The folder cannot be made (${cause.code}).`, { file: out, cause, remedy: 'Choose another one.' })
    })
    let files = 0
    for (const [at, study] of studies.entries()) {
      for (const format of formats) {
        try {
          await this.#reports.write(study, format, join(out, this.#name(study, format)))
          files++
        } catch (error) {
          const { code, message } = toErrorShape(error)
          job.skip({ path: `${study}, ${format}`, code, message })
        }
      }
      job.progress(at + 1, studies.length)
      await job.breathe()
    }
    return { files, failed: studies.length * formats.length - files }
  }

  /** As the report will be called once its draft is kept. */
  #name(study: string, format: ReportFormat): string {
    const report = this.#reports.ofStudy(study)
    return fileName({ ...report, version: report.version || 1 }, format)
  }
}
