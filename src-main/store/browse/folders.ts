/** Where the rows of a set come from, as their paths tell: the first folder level at which they differ. */
import { Values } from './columns.ts'
import type { Coded } from './columns.ts'

const DEPTHS = [1, 2, 3]
/** With more folders than these a level tells patients apart, not sources. */
const MOST = 64

export class Sources {
  readonly #levels: Values[]
  readonly #rows: number

  constructor(rows: number) {
    this.#rows = rows
    this.#levels = DEPTHS.map(() => new Values(rows))
  }

  set(row: number, path: string): void {
    const folders = path.split('/', DEPTHS.length + 1).slice(0, -1)
    this.#levels.forEach((level, i) => level.size <= MOST && level.set(row, folders.slice(0, DEPTHS[i]).join('/')))
  }

  /** One value for all rows where no level tells them apart. */
  sorted(): Coded {
    const level = this.#levels.find(({ size }) => size > 1 && size <= MOST)
    return level?.sorted() ?? { values: [''], codes: new Uint8Array(this.#rows) }
  }
}
