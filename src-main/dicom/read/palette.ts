import type { Attributes } from './attributes.ts'

/** Palette Color Lookup Table (PS3.3 C.7.6.3.1.5, C.7.6.3.1.6). */
export interface Palette {
  /** Stored value of the first entry; values below it take the first, values past the end the last. */
  first: number
  /** Of an entry: 8 or 16. */
  bits: number
  red: Uint16Array
  green: Uint16Array
  blue: Uint16Array
}

/** Null where a file lacks a table, or it is broken. */
export function readPalette(a: Attributes): Palette | null {
  const signed = a.short('x00280103') === 1
  const first = a.short('x00281101', signed, 1)
  const bits = a.short('x00281101', false, 2)
  const [red, green, blue] = [1, 2, 3].map((colour) => readTable(a, colour))
  if (first === null || (bits !== 8 && bits !== 16) || !red || !green || !blue) return null
  return { first, bits, red, green, blue }
}

/** Interleaved RGB of the palette's bits. */
export function applyPalette({ first, bits, red, green, blue }: Palette, indices: ArrayLike<number>): Uint8Array | Uint16Array {
  const out = new (bits === 8 ? Uint8Array : Uint16Array)(3 * indices.length)
  const last = red.length - 1
  for (let i = 0; i < indices.length; i++) {
    const entry = Math.min(Math.max(indices[i]! - first, 0), last)
    out[3 * i] = red[entry]!
    out[3 * i + 1] = green[entry]!
    out[3 * i + 2] = blue[entry]!
  }
  return out
}

function readTable(a: Attributes, colour: number): Uint16Array | null {
  const descriptor = `x0028110${colour}`
  const entries = a.short(descriptor, false, 0)
  if (entries === null) return null
  const length = entries || 65536
  const bits = a.short(descriptor, false, 2)
  const bytes = a.bytes(`x0028120${colour}`)
  // Tables of 8 bits may come one entry to a byte.
  if (bytes && bits === 8 && bytes.length < 2 * length) return bytes.length >= length ? Uint16Array.from(bytes.subarray(0, length)) : null
  const table = a.words(`x0028120${colour}`) ?? expand(a.words(`x0028122${colour}`), length)
  return table && table.length >= length ? table.slice(0, length) : null
}

/** Segmented tables: runs of values, straight lines, and repetitions of earlier segments named by their byte (PS3.3 C.7.9.2). Null where they end too early. */
export function expand(segments: Uint16Array | null, length: number): Uint16Array | null {
  if (!segments) return null
  const out: number[] = []
  const run = (from: number, until: number, allowed: number): number => {
    let at = from
    for (let done = 0; at + 1 < segments.length && done < until && out.length < length; done++) {
      const [code, count] = [segments[at]!, segments[at + 1]!]
      if (code === 0) out.push(...segments.subarray(at + 2, at + 2 + count))
      else if (code === 1) line(out, count, segments[at + 2] ?? 0)
      else if (code === 2 && allowed) run(((segments[at + 2] ?? 0) + 65536 * (segments[at + 3] ?? 0)) / 2, count, allowed - 1)
      else return at
      at += code === 0 ? 2 + count : code === 1 ? 3 : 4
    }
    return at
  }
  run(0, Infinity, 1)
  return out.length >= length ? Uint16Array.from(out.slice(0, length)) : null
}

function line(out: number[], count: number, to: number): void {
  const from = out.at(-1) ?? 0
  for (let i = 1; i <= count; i++) out.push(Math.round(from + ((to - from) * i) / count))
}
