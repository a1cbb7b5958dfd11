import type { Sink } from '#main/dicom/network/index.ts'
import type { ImportingService } from '../importing/importing.ts'
import type { JobsService } from '../jobs/jobs.ts'
import type { Film, ReceivedFolder } from './received.ts'

/** Films that are imported together at most. */
const BATCH = 100

/** What comes from other systems, whichever way, on its way into the library. */
export class Arrivals {
  readonly #folder
  readonly #importing
  readonly #jobs
  readonly #imports = new Set<Promise<void>>()

  constructor(folder: ReceivedFolder, importing: ImportingService, jobs: JobsService) {
    this.#folder = folder
    this.#importing = importing
    this.#jobs = jobs
  }

  /** Import what the last end of the program left between folder and library. */
  async recover(): Promise<void> {
    void this.#import(await this.#folder.prepare())
  }

  /** Films pile up until there are enough for an import, or whoever collects them says so. */
  collect(kept: () => void = () => {}): { open(start: Uint8Array, announced: string | null): Promise<Sink>; flush(): Promise<void> } {
    let films: Film[] = []
    const flush = (): Promise<void> => {
      const batch = films
      films = []
      return this.#import(batch)
    }
    const keep = (film: Film): void => {
      films.push(film)
      kept()
      if (films.length >= BATCH) void flush()
    }
    return { open: (start, announced) => this.#folder.open(start, announced, keep), flush }
  }

  /** When all that has come is in the library. */
  async settled(): Promise<void> {
    await Promise.all(this.#imports)
  }

  #import(films: readonly Film[]): Promise<void> {
    if (!films.length) return Promise.resolve()
    const job = this.#importing.start({ paths: films.map(({ path }) => path), as: 'studies', labelsOnly: false })
    const done = this.#jobs
      .ended(job.id)
      .then(async ({ state }) => {
        // An import that was cut short goes on at the next start.
        if (state === 'finished') await this.#folder.done(films)
      })
      .finally(() => this.#imports.delete(done))
    this.#imports.add(done)
    return done
  }
}
