import type { Split } from '#shared/domain/dataset.ts'
import type { Job } from '#shared/domain/job.ts'
import { CodedError } from '#shared/errors.ts'
import type { DuplicateLeak, QualityChoice, QualityFilm, QualityReason, QualitySummary, QualityWord } from '#shared/domain/quality.ts'
import type { Host } from '#main/host/host.ts'
import { writeWhole } from '#main/files/whole.ts'
import { requireKey } from '#main/store/ids.ts'
import type { FilmsQuery } from '#main/store/repositories/quality.ts'
import { publicSplit } from '#main/store/repositories/splits.ts'
import { readerName } from '../../decisions/reader.ts'
import type { JobsService } from '../../jobs/jobs.ts'
import type { SettingsService } from '../../settings/settings.ts'
import { QualityCheck } from './check.ts'
import type { CheckTools } from './check.ts'
import { findingsCsv } from './csv.ts'
import { duplicateLeak, resolveSplit } from './leaks.ts'

interface Tools extends CheckTools {
  host: Host
  jobs: JobsService
  settings: SettingsService
}

interface Wanted {
  choice: QualityChoice
  note: string
  /** Ids of rows. */
  rows?: string[] | undefined
  /** Every film with this reason on which nobody has decided. */
  reason?: QualityReason | undefined
}

/** Doubtful films of data sets: what a check finds, and what people decide. Every method takes a data set's id or name, and throws NOT_FOUND. */
export class QualityService {
  readonly #tools: Tools

  constructor(tools: Tools) {
    this.#tools = tools
    tools.jobs.register<{ dataset: string }>('quality', {
      resumable: true,
      run: async ({ dataset }, job) => {
        const result = await new QualityCheck(tools, tools.store.datasets.key(dataset), job).run()
        this.#changed()
        return { dataset, ...result }
      },
    })
  }

  summary(id: string): QualitySummary {
    const { store } = this.#tools
    const { key, id: dataset } = store.datasets.get(id)
    const { films, measured } = store.filmMeasures.counts(key)
    const check = store.quality.check(key)
    const last = this.#lastJob(dataset)
    return {
      dataset,
      films,
      measured,
      checkedAt: check?.at ?? null,
      stale: check !== undefined && (check.rows !== store.datasetImages.nextRow(key) || measured < films),
      reasons: store.quality.counts(key),
      ...store.quality.totals(key),
      job: last && last.state !== 'finished' ? last : null,
    }
  }

  /** Queue a check; one that waits or runs already is the answer. @throws LABELS_ONLY */
  check(id: string): Job {
    const { id: dataset, name, hasFiles } = this.#tools.store.datasets.get(id)
    if (!hasFiles) throw new CodedError('LABELS_ONLY', `The data set "${name}" has labels only.`, { remedy: 'Import it again with its images.' })
    const last = this.#lastJob(dataset)
    if (last?.state === 'queued' || last?.state === 'running') return last
    return this.#tools.jobs.start('quality', `Quality of "${name}"`, { dataset })
  }

  films(id: string, query: FilmsQuery): { total: number; rows: QualityFilm[] } {
    return this.#tools.store.quality.films(this.#tools.store.datasets.key(id), query)
  }

  /** Nothing is deleted: an excluded film stays where it is, and does not train. @returns films that the word is about. @throws NO_ROWS */
  decide(id: string, { choice, note, rows, reason }: Wanted): number {
    const { store, settings } = this.#tools
    const key = store.datasets.key(id)
    const about = rows ? store.quality.rowsOf(key, rows.map((row) => requireKey('di', row))) : reason ? store.quality.open(key, reason) : []
    if (!about.length) throw new CodedError('NO_ROWS', 'There is no film to decide on.', { remedy: 'Choose films, or a reason with films on which nobody has decided.' })
    store.quality.say(key, about, { choice, note, reader: readerName(settings) })
    this.#changed()
    return about.length
  }

  /** Newest first. @param row id of one; without it words on all films of the set */
  history(id: string, row?: string): QualityWord[] {
    const { store } = this.#tools
    const key = store.datasets.key(id)
    const [number = null] = row === undefined ? [] : store.quality.rowsOf(key, [requireKey('di', row)])
    return store.quality.history(key, number)
  }

  csv(id: string): AsyncGenerator<string> {
    return findingsCsv(this.#tools.store, this.#tools.store.datasets.key(id))
  }

  /** Ask where to save and write there; a host that cannot ask offers an address. Null when the user cancelled. @throws CSV_NOT_WRITTEN */
  async export(id: string): Promise<{ path?: string; url?: string } | null> {
    const { host, store } = this.#tools
    const { id: dataset, name } = store.datasets.get(id)
    if (!host.chooseSave) return { url: `/media/quality/${dataset}.csv` }
    const path = await host.chooseSave(`${name.replaceAll(/[^\p{L}\p{N}._ -]/gu, '_')} quality.csv`)
    if (path === null) return null
    await writeWhole(path, this.csv(dataset)).catch((cause: unknown) => {
      throw new CodedError('CSV_NOT_WRITTEN', 'The list of films could not be written.', { file: path, cause, remedy: 'Choose another folder, or make room on the disk.' })
    })
    return { path }
  }

  leak(split: string): DuplicateLeak {
    return duplicateLeak(this.#tools.store, this.#tools.store.splits.get(split))
  }

  /** @throws NOTHING_TO_MOVE */
  async resolve(split: string): Promise<{ split: Split; moved: number }> {
    const { store } = this.#tools
    const { id, moved } = await resolveSplit(store, store.splits.get(split), () => new Promise(setImmediate))
    if (!moved) throw new CodedError('NOTHING_TO_MOVE', 'No duplicates lie in several parts of this split.', { remedy: 'Check the films of the data set first.' })
    this.#changed()
    return { split: publicSplit(store.splits.get(id)), moved }
  }

  #lastJob(dataset: string): Job | undefined {
    return this.#tools.jobs.list().filter(({ kind, id }) => kind === 'quality' && this.#tools.jobs.inputOf<{ dataset: string }>(id).dataset === dataset).toSorted((a, b) => b.startedAt.localeCompare(a.startedAt))[0]
  }

  #changed(): void {
    this.#tools.host.emit('changed', { what: ['datasets'] })
  }
}
