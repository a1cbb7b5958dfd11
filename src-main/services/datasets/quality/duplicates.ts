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

/**
 * Films of a group of more than these are not compared with each other once they are known to belong together: thousands of prints of one film would
 * make millions of pairs. Each has a twin that it is like then, not always the one that it is most like.
 */
export const CROWD = 64
/** Films between two words of progress. */
const SAY_EVERY = 0x4000

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

/**
 * Compares all films of a set with all others: first those of one hash, then each hash with those near it, every pair once. Memory: some 40 bytes a
 * film beside the prints.
 */
export class DuplicateSearch {
  readonly #prints: Prints
  readonly #count: number
  readonly #groups: Groups
  readonly #twin: Uint32Array
  readonly #bits: Uint8Array
  readonly #likeness: Float32Array
  /** 1 / length of each film's frequencies. */
  readonly #scale: Float32Array
  /** Films that are compared by their looks, one of each that are equal, in the order of their hashes. */
  readonly #looked: Uint32Array
  /** Of every hash that occurs the first of its films in `#looked`, and at the end how many there are. */
  readonly #first: Uint32Array
  /** Upper and lower half of each of these hashes. */
  readonly #high: Uint32Array
  readonly #low: Uint32Array

  constructor(prints: Prints) {
    this.#prints = prints
    this.#count = prints.usable.length
    this.#groups = new Groups(this.#count)
    this.#twin = Uint32Array.from({ length: this.#count }, (_, film) => film)
    this.#bits = new Uint8Array(this.#count)
    this.#likeness = new Float32Array(this.#count)
    this.#scale = scalesOf(prints.frequencies)
    const view = new DataView(prints.hashes.buffer, prints.hashes.byteOffset, prints.hashes.byteLength)
    const [high, low] = [0, 4].map((half) => Uint32Array.from({ length: this.#count }, (_, film) => view.getUint32(8 * film + half))) as [Uint32Array, Uint32Array]
    this.#looked = this.#equals().sort((a, b) => high[a]! - high[b]! || low[a]! - low[b]! || a - b)
    const starts = [...this.#looked.keys()].filter((at) => at === 0 || high[this.#looked[at]!] !== high[this.#looked[at - 1]!] || low[this.#looked[at]!] !== low[this.#looked[at - 1]!])
    this.#first = Uint32Array.from([...starts, this.#looked.length])
    this.#high = Uint32Array.from(starts, (at) => high[this.#looked[at]!]!)
    this.#low = Uint32Array.from(starts, (at) => low[this.#looked[at]!]!)
  }

  /** @param progress hashes of all bands */
  run(progress: (done: number, total: number) => void = () => {}): Twins {
    const hashes = this.#high.length
    const total = BANDS * hashes
    progress(0, total)
    for (let hash = 0; hash < hashes; hash++) this.#within(hash)
    for (let band = 0; band < BANDS; band++) this.#band(band, (done) => progress(band * hashes + done, total))
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
    return Uint32Array.from(firsts)
  }

  /** Films of one hash. */
  #within(hash: number): void {
    for (let i = this.#first[hash]!; i < this.#first[hash + 1]!; i++) {
      for (let j = i + 1; j < this.#first[hash + 1]!; j++) this.#compare(this.#looked[i]!, this.#looked[j]!, 0)
    }
  }

  #band(band: number, progress: (done: number) => void): void {
    const keys = Uint16Array.from(this.#high, (high, hash) => bandOf(high, this.#low[hash]!, band))
    const { starts, order } = byKey(keys)
    // Beside each other in the order in which they are met.
    const [high, low] = [this.#high, this.#low].map((half) => Uint32Array.from(order, (hash) => half[hash]!)) as [Uint32Array, Uint32Array]
    const near = flips(BAND_BITS)
    for (let key = 0, said = 0; key < 0x1_0000; key++) {
      const [from, to] = [starts[key]!, starts[key + 1]!]
      if (to - said >= SAY_EVERY) progress((said = to))
      if (from === to) continue
      for (const flip of near) {
        const other = key ^ flip
        // Each pair once: of two keys from the lower one, of one key from the hash before.
        if (other < key) continue
        const end = starts[other + 1]!
        for (let i = from; i < to; i++) {
          const [up, down] = [high[i]!, low[i]!]
          for (let j = flip === 0 ? i + 1 : starts[other]!; j < end; j++) {
            const some = ones(up ^ high[j]!)
            if (some > NEAR_BITS) continue
            const bits = some + ones(down ^ low[j]!)
            if (bits <= NEAR_BITS) this.#across(order[i]!, order[j]!, bits, band)
          }
        }
      }
    }
  }

  /** Films of two hashes, unless a band before has brought these together. */
  #across(one: number, other: number, bits: number, band: number): void {
    for (let before = 0; before < band; before++) {
      if (ones(bandOf(this.#high[one]!, this.#low[one]!, before) ^ bandOf(this.#high[other]!, this.#low[other]!, before)) <= BAND_BITS) return
    }
    for (let i = this.#first[one]!; i < this.#first[one + 1]!; i++) {
      for (let j = this.#first[other]!; j < this.#first[other + 1]!; j++) this.#compare(this.#looked[i]!, this.#looked[j]!, bits)
    }
  }

  #compare(a: number, b: number, bits: number): void {
    const group = this.#groups.of(a)
    if (group === this.#groups.of(b) && this.#groups.size(group) > CROWD) return
    const likeness = this.#likenessOf(a, b)
    if (likeness >= NEAR_LIKENESS) this.#join(a, b, bits, likeness)
  }

  /** 0 as soon as it is sure to be too small: the squared distance of the two at length 1 is 2 - 2 likeness. */
  #likenessOf(a: number, b: number): number {
    const { frequencies } = this.#prints
    const [first, second] = [this.#scale[a]!, this.#scale[b]!]
    let [both, apart] = [0, 0]
    for (let i = 64 * a, j = 64 * b; i < 64 * a + 64; ) {
      for (const row = i + 8; i < row; i++, j++) {
        const [x, y] = [frequencies[i]!, frequencies[j]!]
        both += x * y
        const gap = x * first - y * second
        apart += gap * gap
      }
      if (apart > 2 - 2 * NEAR_LIKENESS + 1e-4) return 0
    }
    return both * first * second
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

/** 0 for a film without frequencies, which is like no other. */
function scalesOf(frequencies: Int8Array): Float32Array {
  return Float32Array.from({ length: frequencies.length / 64 }, (_, film) => {
    let sum = 0
    for (let i = 64 * film; i < 64 * film + 64; i++) sum += frequencies[i]! ** 2
    return sum && 1 / Math.sqrt(sum)
  })
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
