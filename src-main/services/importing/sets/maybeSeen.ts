/** Bits of a filter: 4 MB, of which a million texts set one in 34. */
const SIZE = 2 ** 25

/**
 * Texts that may have come before, in memory that does not grow (Bloom, *Space/time trade-offs in hash coding with allowable errors*, CACM 1970, with one hash).
 * "No" is certain; "yes" wants a look into the database.
 */
export class MaybeSeen {
  readonly #bits = new Uint32Array(SIZE / 32)

  has(text: string): boolean {
    const bit = bitOf(text)
    return ((this.#bits[bit >>> 5]! >>> (bit & 31)) & 1) === 1
  }

  add(text: string): void {
    const bit = bitOf(text)
    this.#bits[bit >>> 5]! |= 1 << (bit & 31)
  }
}

/** FNV-1a over UTF-16 units, its upper bits folded into the lower ones. */
function bitOf(text: string): number {
  let hash = 0x811c_9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x0100_0193)
  return ((hash >>> 25) ^ hash) & (SIZE - 1)
}
