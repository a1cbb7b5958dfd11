/**
 * Mersenne Twister MT19937 (Matsumoto and Nishimura, 1998), seeded by `init_genrand`, as torch and numpy's RandomState do.
 * It stands here so that a split made in Python can be made again, index for index.
 */
const N = 624
const M = 397

export class Mersenne {
  readonly #state = new Uint32Array(N)
  #next = N

  /** @param seed taken modulo 2^32 */
  constructor(seed: number) {
    const state = this.#state
    state[0] = seed >>> 0
    for (let i = 1; i < N; i++) {
      const previous = state[i - 1]! ^ (state[i - 1]! >>> 30)
      state[i] = Math.imul(1812433253, previous) + i
    }
  }

  /** The next uniform integer in [0, 2^32). */
  uint32(): number {
    if (this.#next === N) this.#twist()
    let y = this.#state[this.#next++]!
    y ^= y >>> 11
    y ^= (y << 7) & 0x9d2c5680
    y ^= (y << 15) & 0xefc60000
    return (y ^ (y >>> 18)) >>> 0
  }

  /** The next uniform number in [0, 1), with 32 random bits. */
  uniform(): number {
    return this.uint32() / 0x100000000
  }

  #twist(): void {
    const state = this.#state
    for (let i = 0; i < N; i++) {
      const y = (state[i]! & 0x80000000) | (state[(i + 1) % N]! & 0x7fffffff)
      state[i] = state[(i + M) % N]! ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0)
    }
    this.#next = 0
  }
}
