import type { DatasetRow } from '#shared/domain/dataset.ts'
import type { DecisionCounts, DecisionEntry } from '#shared/domain/decision.ts'
import type { Prediction } from '#shared/domain/prediction.ts'
import type { Finding } from '#shared/domain/report.ts'
import { CodedError } from '#shared/errors.ts'
import { writeWhole } from '#main/files/whole.ts'
import type { Host } from '#main/host/host.ts'
import type { Store } from '#main/store/index.ts'
import { publicDataset } from '#main/store/repositories/datasets.ts'
import type { SettingsService } from '../settings/settings.ts'
import { decidedFilms, decisionsCsv, type DecidedFilm } from './labels.ts'
import { readerName } from './reader.ts'
import { makeDataset } from './to-dataset.ts'

/** The reader's words beside the model's: every one is kept, with who and when; the newest of a label stands, and can teach the next model. */
export class DecisionsService {
  readonly #store: Store
  readonly #host: Host
  readonly #settings: SettingsService

  constructor(store: Store, host: Host, settings: SettingsService) {
    this.#store = store
    this.#host = host
    this.#settings = settings
  }

  /**
   * Keep what has changed since the reader's last word on each label.
   * @param findings all that stand now; a label that is left out counts as undecided
   * @param prediction what the reader saw; null without one
   */
  record(study: string, findings: readonly Finding[], prediction: Prediction | null): void {
    const standing = new Map(this.#store.decisions.ofStudy(study).toReversed().map((entry) => [entry.label, entry]))
    const said = new Map(findings.map((finding) => [finding.label, finding]))
    const gone = [...standing.keys()].flatMap((label) => (said.has(label) ? [] : [{ label, decision: 'undecided' as const, note: '' }]))
    const changed = [...findings, ...gone].filter(({ label, decision, note }) => {
      const before = standing.get(label) ?? { decision: 'undecided', note: '' }
      return before.decision !== decision || before.note !== note
    })
    if (!changed.length) return
    const reader = readerName(this.#settings)
    const image = prediction?.image ?? this.#store.studies.get(study).coverImage
    this.#store.decisions.add(changed.map(({ label, decision, note }) => ({ study, image, label, decision, note, reader, model: scoreOf(prediction, label) })))
  }

  /** Every word on a study, newest first. @param study id or StudyInstanceUID */
  history(study: string): DecisionEntry[] {
    return this.#store.decisions.ofStudy(this.#store.studies.get(study).id)
  }

  counts(): DecisionCounts {
    const standing = this.#store.decisions.standing()
    return { studies: new Set(standing.map(({ study }) => study)).size, labels: standing.length }
  }

  /** As a label file. @throws NO_DECISIONS */
  csv(): string {
    return decisionsCsv(this.#films())
  }

  /** Write it where the user said. @returns how many films it names. @throws NO_DECISIONS, REPORT_NOT_WRITTEN */
  async write(path: string): Promise<number> {
    const films = this.#films()
    await writeWhole(path, decisionsCsv(films)).catch((cause: unknown) => {
      throw new CodedError('REPORT_NOT_WRITTEN', 'The labels could not be written.', { file: path, cause, remedy: 'Choose another folder, or make room on the disk.' })
    })
    this.#store.audit.add('decisions.export', 'all', { films: films.length })
    return films.length
  }

  /** Ask where to save and write there; a host that cannot ask offers an address. Null when the user cancelled. */
  async export(): Promise<{ path?: string; url?: string } | null> {
    this.#films()
    if (!this.#host.chooseSave) return { url: '/media/decisions.csv' }
    const path = await this.#host.chooseSave('reader-labels.csv')
    if (path === null) return null
    await this.write(path)
    return { path }
  }

  /** A data set of these films with the readers' words as labels. @throws NO_DECISIONS, NAME_TAKEN, LABELS_ONLY */
  toDataset(name: string): DatasetRow {
    const films = this.#films().filter(({ path }) => path !== null)
    if (!films.length) throw new CodedError('LABELS_ONLY', 'Of the films that were decided on only the labels are here.', { remedy: 'Import the data set again with its images.' })
    if (this.#store.datasets.find(name)) throw new CodedError('NAME_TAKEN', `There is already a data set "${name}".`, { remedy: 'Choose another name.' })
    const id = this.#store.transaction(() => makeDataset(this.#store, name, films))
    this.#store.audit.add('decisions.dataset', id, { films: films.length })
    this.#host.emit('changed', { what: ['datasets'] })
    return publicDataset(this.#store.datasets.get(id))
  }

  #films(): DecidedFilm[] {
    const films = decidedFilms(this.#store.decisions.standing())
    if (films.length) return films
    throw new CodedError('NO_DECISIONS', 'No reader has decided on any finding yet.', { remedy: 'Accept or reject findings in the viewer first.' })
  }
}

function scoreOf(prediction: Prediction | null, label: Finding['label']): DecisionEntry['model'] {
  const score = prediction?.scores.find((one) => one.label === label)
  return prediction && score ? { name: `${prediction.modelName} v${prediction.modelVersion}`, raw: score.raw, threshold: score.threshold } : null
}
