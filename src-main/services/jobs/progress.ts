/** Seconds over which a rate is taken. */
const WINDOW = 5

/** Rate and time left from what was done over the last seconds, so that the figure neither jumps nor freezes. */
export class Progress {
  readonly #now: () => number
  readonly #marks: { at: number; done: number }[] = []
  done = 0
  total = 0

  /** @param now seconds, monotonic */
  constructor(now: () => number = () => performance.now() / 1000) {
    this.#now = now
    this.#marks.push({ at: now(), done: 0 })
  }

  set(done: number, total: number): void {
    this.done = done
    this.total = total
    const at = this.#now()
    // Ten marks a second are plenty.
    if (at - this.#marks.at(-1)!.at >= 0.1) this.#marks.push({ at, done })
    while (this.#marks.length > 2 && this.#marks[1]!.at < at - WINDOW) this.#marks.shift()
  }

  /** Units a second; falls while nothing is done. */
  get rate(): number {
    const first = this.#marks[0]!
    const seconds = this.#now() - first.at
    return seconds > 0 ? Math.max(0, this.done - first.done) / seconds : 0
  }

  /** Seconds, null while unknown. */
  get timeLeft(): number | null {
    const { rate } = this
    return rate > 0 && this.total > 0 ? Math.max(0, this.total - this.done) / rate : null
  }
}
