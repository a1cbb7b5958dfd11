import { allBits, emptyBits, intersect, setBit } from './bits.ts'
import type { Bits } from './bits.ts'

/**
 * Rows a chunk: some ten kilobytes are read at a time, whatever the size of the set. Larger ones are slower: each is then memory fresh from the
 * system, page by page (40 MB of paths in chunks of 2 MB took 142 ms of CPU to read, in chunks of 100 kB 38 ms with the search).
 */
export const CHUNK = 512

/** What a search looks at, of up to `CHUNK` rows: where each row's text begins (uint32, one more than rows), then the texts in UTF-8, lower case, one a line. */
export function packTexts(texts: readonly string[]): Buffer {
  const lines = texts.map((text) => Buffer.from(`${text.replaceAll('\n', ' ').toLowerCase()}\n`))
  const starts = new Uint32Array(texts.length + 1)
  lines.forEach((line, i) => (starts[i + 1] = starts[i]! + line.length))
  return Buffer.concat([Buffer.from(starts.buffer), ...lines])
}

/** Rows of a chunk whose text has a word. @param count its rows */
function findWord(chunk: Buffer, word: string, count: number): Bits {
  const found = emptyBits(count)
  const starts = new Uint32Array(new Uint8Array(chunk.subarray(0, 4 * (count + 1))).buffer)
  // One byte a character: equal bytes are equal text, and the search is the engine's own.
  const text = chunk.toString('latin1', 4 * (count + 1))
  const needle = Buffer.from(word.toLowerCase()).toString('latin1')
  let row = 0
  for (let at = text.indexOf(needle); at >= 0; at = text.indexOf(needle, starts[row]!)) {
    while (starts[row + 1]! <= at) row++
    setBit(found, row)
    if (++row >= count) break
  }
  return found
}

/** Rows whose text has every word. */
export function search(words: readonly string[], rows: number, chunks: Iterable<Buffer>): Bits {
  // The longest is the rarest, and a chunk without it is done with.
  const ordered = words.toSorted((a, b) => b.length - a.length)
  const found = emptyBits(rows)
  let first = 0
  for (const chunk of chunks) {
    const count = Math.min(CHUNK, rows - first)
    if (count <= 0) break
    const here = ordered.reduce<Bits | null>((before, word) => before && narrowed(before, findWord(chunk, word, count)), allBits(count))
    if (here) found.set(here, first >>> 5)
    first += CHUNK
  }
  return found
}

const narrowed = (before: Bits, found: Bits): Bits | null => (intersect(found, before).some((word) => word !== 0) ? found : null)
