/** Long work as a generator: between its steps the caller may let others work. */
export type Steps<T> = Generator<void, T>

export function done<T>(steps: Steps<T>): T {
  for (;;) {
    const { done: ended, value } = steps.next()
    if (ended) return value
  }
}

/** @param breathe after each step; what it throws ends the work */
export async function doneGently<T>(steps: Steps<T>, breathe: () => Promise<void> = () => new Promise(setImmediate)): Promise<T> {
  for (;;) {
    const { done: ended, value } = steps.next()
    if (ended) return value
    await breathe()
  }
}
