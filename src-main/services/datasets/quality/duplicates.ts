import { Groups } from './groups.ts'

/** Bits in which the perceptual hashes of two films that show the same may differ. */
export const NEAR_BITS = 7
/** Likeness (cosine) of their 63 low frequencies, that is at least asked of them: of 144 real films no two reach .98, and re-encoding, scaling and windowing leave .9998. */
export const NEAR_LIKENESS = 0.99

/** What is compared, one after the other for every film. */
export interface Prints {
  /** 16 bytes a film. */
  pixels: Uint8Array
  /** 8 bytes a film. */
  hashes: Uint8Array
  /** 64 a film. */
  frequencies: Int8Array
  /** 1 for a film that is compared: a blank one is like all others. */
  usable: Uint8Array
}

/** Films that are not alone, by their place. */
export interface Twins {
  films: Uint32Array
  /** First film of the group. */
  cluster: Uint32Array
  /** The film that it is most like. */
  twin: Uint32Array
  /** Bits that differ from it; 255 where all pixels are equal. */
  bits: Uint8Array
  likeness: Float32Array
}

export const EQUAL = 255
const BANDS = 4
/** With so many bands two hashes that differ in no more than NEAR_BITS bits differ by at most this in one of them (Norouzi et al., *Fast Search in Hamming Space with Multi-Index Hashing*, 2012). */
const BAND_BITS = Math.floor(NEAR_BITS / BANDS)

/** Films by a key of 16 bits: those of a key follow each other. */
function byKey(keys: Uint16Array): { starts: Uint32Array; order: Uint32Array } {
  const starts = new Uint32Array(0x1_0001)
  for (const key of keys) starts[key + 1]!++
  for (let key = 0; key < 0x1_0000; key++) starts[key + 1]! += starts[key]!
  const next = starts.slice()
  const order = new Uint32Array(keys.length)
  keys.forEach((key, film) => (order[next[key]!++] = film))
  return { starts, order }
}

/** Compares all films of a set with all others. Memory: a few bytes a film beside the prints. */
export class DuplicateSearch {
  readonly #prints: Prints
  readonly #count: number
  readonly #groups: Groups
  readonly #words: Uint32Array
  readonly #twin: Uint32Array
  readonly #bits: Uint8Array
  readonly #likeness: Float32Array
  /** Films that are compared by their looks: one of each that are equal. */
  readonly #looked: Uint32Array

  constructor(prints: Prints) {
    this.#prints = prints
    this.#count = prints.usable.length
    this.#groups = new Groups(this.#count)
    this.#twin = Uint32Array.from({ length: this.#count }, (_, film) => film)
    this.#bits = new Uint8Array(this.#count)
    this.#likeness = new Float32Array(this.#count)
    const view = new DataView(prints.hashes.buffer, prints.hashes.byteOffset, prints.hashes.byteLength)
    this.#words = Uint32Array.from({ length: 2 * this.#count }, (_, i) => view.getUint32(4 * i))
    this.#looked = this.#equals()
  }

  /** @param progress films of all bands */
  run(progress: (done: number, total: number) => void = () => {}): Twins {
    const total = BANDS * this.#looked.length
    for (let band = 0; band < BANDS; band++) this.#band(band, (done) => progress(band * this.#looked.length + done, total))
    const films = Uint32Array.from({ length: this.#count }, (_, film) => film).filter((film) => this.#twin[film] !== film)
    return {
      films,
      cluster: films.map((film) => this.#groups.of(film)),
      twin: films.map((film) => this.#twin[film]!),
      bits: Uint8Array.from(films, (film) => this.#bits[film]!),
      likeness: Float32Array.from(films, (film) => this.#likeness[film]!),
    }
  }

  /** Join the films whose pixels are equal. @returns the first of each */
  #equals(): Uint32Array {
    const { pixels, usable } = this.#prints
    const { starts, order } = byKey(Uint16Array.from({ length: this.#count }, (_, film) => (pixels[16 * film]! << 8) | pixels[16 * film + 1]!))
    const same = (a: number, b: number): boolean => {
      for (let i = 0; i < 16; i++) if (pixels[16 * a + i] !== pixels[16 * b + i]) return false
      return true
    }
    const firsts: number[] = []
    for (let key = 0; key < 0x1_0000; key++) {
      const here: number[] = []
      for (let at = starts[key]!; at < starts[key + 1]!; at++) {
        const film = order[at]!
        if (!usable[film]) continue
        const first = here.find((other) => same(film, other))
        if (first === undefined) here.push(film)
        else this.#join(first, film, EQUAL, 1)
      }
      firsts.push(...here)
    }
    return Uint32Array.from(firsts).sort()
  }

  #band(band: number, progress: (done: number) => void): void {
    const films = this.#looked
    const keys = Uint16Array.from(films, (film) => bandOf(this.#words[2 * film]!, this.#words[2 * film + 1]!, band))
    const { starts, order } = byKey(keys)
    const near = flips(BAND_BITS)
    for (let i = 0; i < films.length; i++) {
      if ((i & 0x3fff) === 0) progress(i)
      const key = keys[i]!
      for (const flip of near) {
        const other = key ^ flip
        // Each pair once: of two keys from the lower one, of one key from the film before.
        if (other < key) continue
        for (let at = starts[other]!; at < starts[other + 1]!; at++) {
          const j = order[at]!
          if (flip !== 0 || j > i) this.#compare(films[i]!, films[j]!)
        }
      }
    }
  }

  #compare(a: number, b: number): void {
    const words = this.#words
    const bits = ones(words[2 * a]! ^ words[2 * b]!) + ones(words[2 * a + 1]! ^ words[2 * b + 1]!)
    if (bits > NEAR_BITS) return
    const likeness = this.#likenessOf(a, b)
    if (likeness >= NEAR_LIKENESS) this.#join(a, b, bits, likeness)
  }

  #likenessOf(a: number, b: number): number {
    const { frequencies } = this.#prints
    let [both, first, second] = [0, 0, 0]
    for (let i = 64 * a, j = 64 * b; i < 64 * a + 64; i++, j++) {
      const [x, y] = [frequencies[i]!, frequencies[j]!]
      both += x * y
      first += x * x
      second += y * y
    }
    return first && second ? both / Math.sqrt(first * second) : 0
  }

  #join(a: number, b: number, bits: number, likeness: number): void {
    this.#groups.join(a, b)
    for (const [film, other] of [[a, b], [b, a]] as const) {
      if (this.#twin[film] !== film && (this.#bits[film] === EQUAL || this.#likeness[film]! >= likeness) && bits !== EQUAL) continue
      this.#twin[film] = other
      this.#bits[film] = bits
      this.#likeness[film] = likeness
    }
  }
}

/** Every change of a key of 16 bits in at most so many of them. */
export function flips(most: number): number[] {
  return Array.from({ length: 0x1_0000 }, (_, key) => key).filter((key) => ones(key) <= most)
}

/** 16 bits of a hash: those on every fourth diagonal of its 8 x 8 frequencies, so that each band has low ones, which vary little, and higher ones. */
function bandOf(high: number, low: number, band: number): number {
  let key = 0
  for (let row = 0; row < 8; row++) {
    const byte = ((row < 4 ? high : low) >>> (24 - 8 * (row & 3))) & 0xff
    const first = (band - row) & 3
    key = (key << 2) | (((byte >>> (7 - first)) & 1) << 1) | ((byte >>> (3 - first)) & 1)
  }
  return key
}

/** Set bits of a word (Warren, Hacker's Delight, 5-1). */
function ones(word: number): number {
  let x = word - ((word >>> 1) & 0x5555_5555)
  x = (x & 0x3333_3333) + ((x >>> 2) & 0x3333_3333)
  return Math.imul((x + (x >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24
}
