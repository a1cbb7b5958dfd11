import { CodedError } from '#shared/errors.ts'
import { NpyReader } from '#main/engine/data/npy.ts'
import type { Part } from './part.ts'
import type { ScoringTools } from './scoring.ts'

/** Films decoded ahead of the network. */
const AHEAD = 16

/** Films of a data set as the network sees them. */
export interface Films extends AsyncDisposable {
  /** Network input of the film at a place of the list; asked in order. */
  next(at: number): Promise<Uint8Array>
}

/** Out of the pack of the data set where it has one of this size, else out of their files. */
export async function openFilms({ packs, pool }: Pick<ScoringTools, 'packs' | 'pool'>, { dataset, model, films }: Pick<Part, 'dataset' | 'model' | 'films'>, rows: readonly number[], signal: AbortSignal): Promise<Films> {
  const pack = await packs.ready(dataset.id, model.size)
  if (pack) {
    const reader = await NpyReader.open(pack.file)
    return {
      async next(at) {
        if (pack.unreadable.has(rows[at]!)) throw new CodedError('FILM_UNREADABLE', 'The film could not be opened when the pack was made.')
        return (await reader.rows([rows[at]!])) as Uint8Array
      },
      [Symbol.asyncDispose]: () => reader[Symbol.asyncDispose](),
    }
  }
  const coming = new Map<number, Promise<Uint8Array>>()
  const ask = (at: number): Promise<Uint8Array> => {
    const { path } = films[rows[at]!]!
    const input = path === null ? Promise.reject<Uint8Array>(new CodedError('LABELS_ONLY', 'Only the labels of this film were imported.')) : pool.run({ task: 'input', path, size: model.size }, { signal })
    input.catch(() => {}) // Awaited in its turn; until then a failure is nobody's.
    return input
  }
  return {
    next(at) {
      for (let ahead = at; ahead < Math.min(rows.length, at + AHEAD); ahead++) if (!coming.has(ahead)) coming.set(ahead, ask(ahead))
      const input = coming.get(at)!
      coming.delete(at)
      return input
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }
}
