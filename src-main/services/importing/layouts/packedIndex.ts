import { hash } from 'node:crypto'

const WORD = 64

/** Small numbers by key, eight bytes an entry: what one table says of the rows of another, for millions of them. */
export class PackedIndex {
  readonly #bits: bigint
  #entries = new BigUint64Array(1 << 10)
  #count = 0

  /** @param bits of a value; keys have the other bits of 64 */
  constructor(bits: number) {
    this.#bits = BigInt(bits)
  }

  get size(): number {
    return this.#count
  }

  add(key: bigint, value: number): void {
    if (this.#count === this.#entries.length) {
      const grown = new BigUint64Array(2 * this.#count)
      grown.set(this.#entries)
      this.#entries = grown
    }
    this.#entries[this.#count++] = this.#entry(key) | BigInt(value)
  }

  /** Call it once all are in, and before `get`. */
  seal(): void {
    this.#entries = this.#entries.slice(0, this.#count).sort()
  }

  /** The value of a key, the least where it was added twice. */
  get(key: bigint): number | undefined {
    const wanted = this.#entry(key)
    let [low, high] = [0, this.#count]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#entries[middle]! < wanted) low = middle + 1
      else high = middle
    }
    const found = this.#entries[low]
    return low < this.#count && found !== undefined && found >> this.#bits === wanted >> this.#bits ? Number(found & ((1n << this.#bits) - 1n)) : undefined
  }

  #entry(key: bigint): bigint {
    return BigInt.asUintN(WORD, key << this.#bits)
  }
}

/** Of a name. With 62 bits two of ten million names meet once in a hundred thousand sets. */
export const hashKey = (name: string): bigint => BigInt(`0x${hash('sha256', name).slice(0, 16)}`)
