import type { Predictor } from '#main/engine/inference/predictor.ts'
import type { ModelFiles } from '#main/engine/inference/model-folder.ts'

/** Networks kept open while nobody uses them; each takes some 100 MB. */
const IDLE = 2

interface Entry {
  predictor: Promise<Predictor>
  users: number
  usedAt: number
}

/** Open networks by their weights' path, so that a second prediction does not load the model again. */
export class Predictors {
  readonly #entries = new Map<string, Entry>()
  #clock = 0

  /** Work with a network; it stays open at least until the work has ended. */
  async use<T>(files: ModelFiles, work: (predictor: Predictor) => Promise<T>): Promise<T> {
    const entry = this.#entries.get(files.weights) ?? this.#open(files)
    entry.users++
    entry.usedAt = ++this.#clock
    try {
      return await work(await entry.predictor)
    } finally {
      entry.users--
      await this.#shrink(IDLE)
    }
  }

  /** Forget a model whose files are going. */
  async forget({ weights }: ModelFiles): Promise<void> {
    const entry = this.#entries.get(weights)
    if (!entry) return
    this.#entries.delete(weights)
    await dispose(entry)
  }

  async close(): Promise<void> {
    await this.#shrink(0)
  }

  #open(files: ModelFiles): Entry {
    // The runtime is a large library: loaded with the first prediction, not with the program.
    const predictor = import('#main/engine/inference/predictor.ts').then(({ openPredictor }) => openPredictor(files))
    const entry: Entry = { predictor, users: 0, usedAt: 0 }
    this.#entries.set(files.weights, entry)
    predictor.catch(() => this.#entries.delete(files.weights))
    return entry
  }

  async #shrink(keep: number): Promise<void> {
    const idle = [...this.#entries].filter(([, { users }]) => users === 0).sort(([, a], [, b]) => b.usedAt - a.usedAt)
    for (const [weights, entry] of idle.slice(keep)) {
      this.#entries.delete(weights)
      await dispose(entry)
    }
  }
}

async function dispose({ predictor }: Entry): Promise<void> {
  const opened = await predictor.catch(() => null)
  await opened?.[Symbol.asyncDispose]()
}
