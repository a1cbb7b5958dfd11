import type { Predictor } from '#main/engine/inference/predictor.ts'
import { modelFiles } from '#main/engine/inference/model-folder.ts'

/** Networks kept open while nobody uses them; each takes some 100 MB. */
const IDLE = 2

interface Entry {
  predictor: Promise<Predictor>
  users: number
  usedAt: number
}

/** Open networks by their folder, so that a second prediction does not load the model again. */
export class Predictors {
  readonly #entries = new Map<string, Entry>()
  #clock = 0

  /** Work with the network of a model folder; it stays open at least until the work has ended. */
  async use<T>(folder: string, work: (predictor: Predictor) => Promise<T>): Promise<T> {
    const entry = this.#entries.get(folder) ?? this.#open(folder)
    entry.users++
    entry.usedAt = ++this.#clock
    try {
      return await work(await entry.predictor)
    } finally {
      entry.users--
      await this.#shrink(IDLE)
    }
  }

  /** Forget a folder whose files are going. */
  async forget(folder: string): Promise<void> {
    const entry = this.#entries.get(folder)
    if (!entry) return
    this.#entries.delete(folder)
    await dispose(entry)
  }

  async close(): Promise<void> {
    await this.#shrink(0)
  }

  #open(folder: string): Entry {
    // The runtime is a large library: loaded with the first prediction, not with the program.
    const predictor = import('#main/engine/inference/predictor.ts').then(({ openPredictor }) => openPredictor(modelFiles(folder)))
    const entry: Entry = { predictor, users: 0, usedAt: 0 }
    this.#entries.set(folder, entry)
    predictor.catch(() => this.#entries.delete(folder))
    return entry
  }

  async #shrink(keep: number): Promise<void> {
    const idle = [...this.#entries].filter(([, { users }]) => users === 0).sort(([, a], [, b]) => b.usedAt - a.usedAt)
    for (const [folder, entry] of idle.slice(keep)) {
      this.#entries.delete(folder)
      await dispose(entry)
    }
  }
}

async function dispose({ predictor }: Entry): Promise<void> {
  const opened = await predictor.catch(() => null)
  await opened?.[Symbol.asyncDispose]()
}
