/** Gives room for one file, whose bytes are gone after the work. */
export type Room = (size: number) => Uint8Array

/** Greater files get room of their own: a worker should not hold on to gigabytes. */
const LARGEST = 1 << 26

/** Null while it is in use. */
let kept: Uint8Array | null = new Uint8Array()

/**
 * Work on one file in memory that is kept for the next: taken anew and given back for each film of ten megabytes, it cost a third of the time of an import.
 * @param work must not return anything that lies in the room
 */
export async function inRoom<T>(work: (room: Room) => Promise<T>): Promise<T> {
  let mine = kept
  if (!mine) return work((size) => new Uint8Array(size))
  kept = null
  try {
    return await work((size) => {
      if (size > LARGEST) return new Uint8Array(size)
      if (mine!.length < size) mine = new Uint8Array(size)
      return mine!.subarray(0, size)
    })
  } finally {
    kept = mine
  }
}
