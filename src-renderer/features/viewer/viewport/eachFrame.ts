export interface EachFrame<T> {
  /** What is to be done; before the frame comes, a newer one takes its place. */
  ask(value: T): void
  /** What waits is done at once. */
  now(): void
  /** What waits is not done. */
  drop(): void
}

/** Work of which a frame of the screen shows the last only, such as following a pointer that reports a thousand times a second. */
export function eachFrame<T>(work: (value: T) => void): EachFrame<T> {
  let waiting: { value: T } | null = null
  let frame = 0

  function now(): void {
    const asked = waiting
    drop()
    if (asked) work(asked.value)
  }
  function drop(): void {
    cancelAnimationFrame(frame)
    frame = 0
    waiting = null
  }
  return {
    ask(value) {
      waiting = { value }
      frame ||= requestAnimationFrame(now)
    },
    now,
    drop,
  }
}
