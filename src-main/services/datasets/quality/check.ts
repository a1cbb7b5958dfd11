import type { Job } from '#shared/domain/job.ts'
import type { QualityFinding } from '#shared/domain/quality.ts'
import { toErrorShape } from '#shared/errors.ts'
import type { DecodePool } from '#main/dicom/index.ts'
import type { Store } from '#main/store/index.ts'
import type { FilmMeasures, MeasuredRow, UnmeasuredRow, UnreadableFilm } from '#main/store/repositories/filmMeasures.ts'
import type { NewFinding } from '#main/store/repositories/quality.ts'
import { doneGently } from '#main/store/steps.ts'
import type { JobContext } from '../../jobs/jobs.ts'
import { findingsOf, isBlank, ordinaryOf } from './assess.ts'
import type { Intensities } from './assess.ts'
import { EQUAL, NEAR_BITS, NEAR_LIKENESS } from './duplicates.ts'
import type { Prints, Twins } from './duplicates.ts'
import { measuresToKeep } from './measuring.ts'
import { findDuplicates } from './search.ts'

/** Films decoded between two writes; rows read, and findings written, at a time. */
const BATCH = { films: 64, rows: 2000 }

export interface CheckTools {
  store: Store
  pool: DecodePool
}

/** Measures the films of a set that were never measured, then looks at all of them: each by itself, beside the others, and against the others. */
export class QualityCheck {
  readonly #store: Store
  readonly #pool: DecodePool
  readonly #dataset: number
  readonly #job: JobContext
  readonly #rows: number

  constructor({ store, pool }: CheckTools, dataset: number, job: JobContext) {
    this.#store = store
    this.#pool = pool
    this.#dataset = dataset
    this.#job = job
    this.#rows = store.datasetImages.nextRow(dataset)
  }

  async run(): Promise<Job['result']> {
    await this.#measure()
    const { prints, ordinary } = await this.#gather()
    const twins = await findDuplicates(prints, this.#job.signal, (done, total) => this.#job.progress(this.#rows + Math.floor((this.#rows * done) / Math.max(1, total)), 2 * this.#rows))
    await this.#write(ordinary, twins)
    this.#job.progress(2 * this.#rows, 2 * this.#rows)
    const { doubted, clusters } = this.#store.quality.totals(this.#dataset)
    return { films: this.#store.filmMeasures.counts(this.#dataset).films, doubted, clusters }
  }

  async #measure(): Promise<void> {
    const { filmMeasures } = this.#store
    filmMeasures.forgetUnreadable(this.#dataset)
    let { measured } = filmMeasures.counts(this.#dataset)
    for (let from = 0; ; ) {
      this.#job.progress(measured, 2 * this.#rows)
      const batch = filmMeasures.next(this.#dataset, from, BATCH.films)
      if (!batch.length) return
      filmMeasures.save(this.#dataset, await Promise.all(batch.map((film) => this.#film(film))))
      measured += batch.length
      from = batch.at(-1)!.row + 1
      await this.#job.breathe()
    }
  }

  async #film({ row, path }: UnmeasuredRow): Promise<{ row: number; film: FilmMeasures | UnreadableFilm }> {
    const { signal } = this.#job
    try {
      return { row, film: measuresToKeep((await this.#pool.run({ task: 'measure', path, options: null }, { signal })).measures) }
    } catch (error) {
      signal.throwIfAborted()
      const { code, message } = toErrorShape(error)
      if (code === 'POOL_CLOSED') throw error
      return { row, film: { code, message } }
    }
  }

  async *#pages(): AsyncGenerator<MeasuredRow[]> {
    for (let from = 0; ; ) {
      const page = this.#store.filmMeasures.page(this.#dataset, from, BATCH.rows)
      if (!page.length) return
      yield page
      from = page.at(-1)!.row + 1
      await this.#job.breathe()
    }
  }

  /** 97 bytes a film: what the search compares, and what the set is like. */
  async #gather(): Promise<{ prints: Prints; ordinary: Intensities }> {
    const rows = this.#rows
    const prints: Prints = { pixels: new Uint8Array(16 * rows), hashes: new Uint8Array(8 * rows), frequencies: new Int8Array(64 * rows), usable: new Uint8Array(rows) }
    const [means, deviations] = [new Float32Array(rows), new Float32Array(rows)]
    let known = 0
    for await (const page of this.#pages()) {
      for (const { row, film } of page) {
        if (!film || 'code' in film || isBlank(film)) continue
        prints.pixels.set(film.pixels, 16 * row)
        prints.hashes.set(film.hash, 8 * row)
        prints.frequencies.set(film.frequencies, 64 * row)
        prints.usable[row] = 1
        means[known] = film.mean
        deviations[known++] = film.deviation
      }
    }
    return { prints, ordinary: { mean: ordinaryOf(means.subarray(0, known)), contrast: ordinaryOf(deviations.subarray(0, known)) } }
  }

  async #write(ordinary: Intensities, twins: Twins): Promise<void> {
    await doneGently(this.#store.quality.clear(this.#dataset), () => this.#job.breathe())
    for await (const page of this.#pages()) {
      this.#store.quality.add(this.#dataset, page.flatMap((measured) => findingsOf(measured, ordinary).map((finding) => ({ ...finding, row: measured.row }))))
    }
    for (let at = 0; at < twins.films.length; at += BATCH.rows) {
      this.#store.quality.add(this.#dataset, [...twins.films.subarray(at, at + BATCH.rows)].map((row, i) => duplicateOf(twins, at + i, row)))
      await this.#job.breathe()
    }
    this.#store.quality.finish(this.#dataset, this.#rows)
  }
}

function duplicateOf({ bits, likeness, twin, cluster }: Twins, at: number, row: number): NewFinding {
  const same = bits[at] === EQUAL
  const finding: QualityFinding = same
    ? { reason: 'identical', figure: null, threshold: null, words: 'Its pixels are those of another film.' }
    : { reason: 'near-duplicate', figure: likeness[at]!, threshold: NEAR_LIKENESS, words: `Likeness to another film; their hashes differ in ${bits[at]} of 64 bits, up to ${NEAR_BITS} count.` }
  return { ...finding, row, twin: twin[at]!, cluster: cluster[at]! }
}
