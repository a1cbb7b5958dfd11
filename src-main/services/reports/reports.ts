import type { Prediction } from '#shared/domain/prediction.ts'
import { REPORT_FORMATS, type Report, type ReportFormat } from '#shared/domain/report.ts'
import { CodedError } from '#shared/errors.ts'
import type { DecodePool } from '#main/dicom/index.ts'
import { writeWhole } from '#main/files/whole.ts'
import type { Host } from '#main/host/host.ts'
import type { Store } from '#main/store/index.ts'
import type { ReportListRow } from '#main/store/repositories/reports.ts'
import type { StoredStudy } from '#main/store/repositories/studies.ts'
import type { DecisionsService } from '../decisions/decisions.ts'
import { render } from './render.ts'

export type ReportEdit = Pick<Report, 'study' | 'findings' | 'text' | 'impression' | 'keyImages'>

/** Version of a report that was made but not saved yet. */
export const DRAFT = { id: 'draft', version: 0 } as const

/** Reports: a draft out of the newest prediction, versions by saving, and files only where the user says. */
export class ReportsService {
  readonly #store: Store
  readonly #host: Host
  readonly #pool: DecodePool
  readonly #decisions: DecisionsService

  constructor(store: Store, host: Host, pool: DecodePool, decisions: DecisionsService) {
    this.#store = store
    this.#host = host
    this.#pool = pool
    this.#decisions = decisions
  }

  /** The newest version of each study's report. */
  list(): ReportListRow[] {
    return this.#store.reports.list()
  }

  /** @param study id or StudyInstanceUID. @returns the newest version, or a draft (version 0, not stored) */
  ofStudy(study: string): Report {
    const { id } = this.#store.studies.get(study)
    return this.#store.reports.newest(id) ?? this.#draft(id)
  }

  /** Keep a new version, over the newest prediction; the study counts as reviewed. */
  save(edit: ReportEdit): Report {
    const study = this.#store.studies.get(edit.study)
    const own = new Set(this.#store.images.ofStudy(study.key).map(({ id }) => id))
    const foreign = edit.keyImages.find(({ image }) => !own.has(image))
    if (foreign) throw new CodedError('INVALID_REQUEST', `The key image ${foreign.image} is not of this study.`)
    const last = this.#store.reports.newest(study.id)
    if (last?.signedAt) throw new CodedError('REPORT_SIGNED', `Version ${last.version} is signed and stays as it is.`, { remedy: 'Write an addendum.' })
    return this.#keep(study, edit, last?.addendumTo ?? null)
  }

  #keep(study: StoredStudy, { findings, text, impression, keyImages }: ReportEdit, addendumTo: number | null): Report {
    const prediction = this.#newest(study.id)
    const report = this.#store.transaction(() => {
      this.#decisions.record(study.id, findings, prediction)
      return this.#store.reports.save({ study: study.id, findings, text, impression, keyImages, prediction: prediction?.id ?? null, addendumTo })
    })
    this.#store.studies.advance(study.key, 'reviewed')
    this.#host.emit('changed', { what: ['reports', 'studies'] })
    return report
  }

  /** Lock the newest version under a name; the study counts as reported. @throws REPORT_SIGNED */
  sign(study: string, by: string): Report {
    const report = this.#kept(study)
    if (!this.#store.reports.sign(report.id, by)) throw new CodedError('REPORT_SIGNED', `Version ${report.version} is signed already.`)
    this.#store.studies.advance(this.#store.studies.get(report.study).key, 'reported')
    this.#store.audit.add('report.sign', report.study, { version: report.version, by })
    this.#host.emit('changed', { what: ['reports', 'studies'] })
    return this.#store.reports.get(report.id)
  }

  /** A new version that begins as the signed one, which stays. @throws REPORT_NOT_SIGNED */
  addendum(study: string): Report {
    const report = this.ofStudy(study)
    if (!report.signedAt) throw new CodedError('REPORT_NOT_SIGNED', 'The newest version is not signed: change it as it is.')
    const next = this.#keep(this.#store.studies.get(report.study), report, report.version)
    this.#store.audit.add('report.addendum', report.study, { version: next.version, to: report.version })
    return next
  }

  /** Ask where to save and write there; a host that cannot ask offers an address. Null when the user cancelled. */
  async export(study: string, format: ReportFormat): Promise<{ path?: string; url?: string } | null> {
    const report = this.#kept(study)
    if (!this.#host.chooseSave) {
      this.#exported(report, format)
      return { url: `/media/report/${report.study}.${format}` }
    }
    const path = await this.#host.chooseSave(fileName(report, format))
    if (path === null) return null
    await this.write(report.study, format, path)
    return { path }
  }

  /** Write the newest report to a file that the user named; the study counts as reported. */
  async write(study: string, format: ReportFormat, path: string): Promise<Report> {
    const report = this.#kept(study)
    const content = await this.render(report, format)
    await writeWhole(path, content).catch((cause: unknown) => {
      throw new CodedError('REPORT_NOT_WRITTEN', 'The report could not be written.', { file: path, cause, remedy: 'Choose another folder, or make room on the disk.' })
    })
    this.#exported(report, format)
    return report
  }

  /** The newest report as a DICOM object; what leaves the program is kept. */
  async forSending(study: string, format: 'sr' | 'sc'): Promise<Uint8Array> {
    const report = this.#kept(study)
    const content = await this.render(report, format)
    this.#exported(report, format)
    return content
  }

  /** The bytes of a report's file; nothing is written or changed. */
  render(report: Report, format: ReportFormat): Promise<Uint8Array> {
    return render(this.#store, this.#pool, report, format)
  }

  /** What leaves the program is kept: an unsaved draft becomes version 1. */
  #kept(study: string): Report {
    const report = this.ofStudy(study)
    return report.version === DRAFT.version ? this.save(report) : report
  }

  #exported(report: Report, format: ReportFormat): void {
    this.#store.studies.advance(this.#store.studies.get(report.study).key, 'reported')
    this.#store.audit.add('report.export', report.study, { format, version: report.version })
    this.#host.emit('changed', { what: ['reports', 'studies'] })
  }

  /** What the model found, for the reader to decide, with the film it looked at and the map of its first finding. */
  #draft(study: string): Report {
    const prediction = this.#newest(study)
    const found = (prediction?.scores ?? []).filter(({ raw, threshold }) => raw >= threshold)
    const first = found.filter(({ label }) => label !== 'No Finding').sort((a, b) => b.raw - a.raw)[0]
    const image = prediction?.image ?? this.#store.studies.get(study).coverImage
    const now = new Date().toISOString()
    return {
      ...DRAFT,
      study,
      findings: found.map(({ label }) => ({ label, decision: 'undecided', note: '' })),
      text: '',
      impression: '',
      keyImages: image === null ? [] : [{ image, label: first?.label ?? null }],
      prediction: prediction?.id ?? null,
      signedBy: null,
      signedAt: null,
      addendumTo: null,
      createdAt: now,
      updatedAt: now,
    }
  }

  /** The prediction that lists show of the study. */
  #newest(study: string): Prediction | null {
    return this.#store.predictions.ofStudy(study)[0] ?? null
  }
}

/** What a report's file is called unless the user says otherwise. */
export const fileName = ({ study, version }: Report, format: ReportFormat): string => `report-${study}-v${version}.${REPORT_FORMATS[format]}`
