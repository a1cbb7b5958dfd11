/** Damage as it happens to films, and as an enemy would do it; the same seed does the same. */
import { elementsOf } from './elements.ts'
import type { Place } from './elements.ts'
import { Random } from './random.ts'

export interface Mutant {
  bytes: Uint8Array
  /** What was done to the film. */
  done: string[]
}

type Mutation = (bytes: Uint8Array, places: Place[], random: Random) => Uint8Array

/** @returns a copy of the film with one to three kinds of damage */
export function mutate(film: Uint8Array, seed: number): Mutant {
  const random = new Random(seed)
  const done: string[] = []
  let bytes = Uint8Array.from(film)
  for (let rounds = random.of([1, 1, 2, 3]); rounds > 0; rounds--) {
    const name = random.of(NAMES)
    bytes = Uint8Array.from(MUTATIONS[name](bytes, elementsOf(bytes), random))
    done.push(name)
  }
  return { bytes, done }
}

const MUTATIONS = {
  bitFlips(bytes, _, random) {
    for (let hits = 1 + random.below(8); hits > 0; hits--) bytes[random.below(bytes.length)]! ^= 1 << random.below(8)
    return bytes
  },
  truncation: (bytes, _, random) => bytes.subarray(0, random.below(bytes.length)),
  junk(bytes, _, random) {
    const from = random.below(bytes.length)
    return bytes.fill(random.of([0, 255, 0x20, 0xfe]), from, from + random.below(400))
  },
  elementLength(bytes, places, random) {
    const { length, end, value } = random.of(places) ?? NOWHERE
    return put(bytes, length.at, length.size, random.of([0, 1, end - value - 2, end - value + 2, 0x7fff, 0xfffe, 0xffff, 0xfffffffe, 0xffffffff, random.below(2 ** 32)]))
  },
  vr(bytes, places, random) {
    const named = places.filter(({ vr }) => vr)
    const place = random.of(named)
    if (place) bytes.set(new TextEncoder().encode(random.of(VRS)), place.start + 4)
    return bytes
  },
  duplicate(bytes, places, random) {
    const [one, other] = [random.of(places), random.of(places)]
    return one && other ? spliced(bytes, other.start, 0, bytes.slice(one.start, one.end)) : bytes
  },
  removal(bytes, places, random) {
    const place = random.of(places)
    return place ? spliced(bytes, place.start, place.end - place.start) : bytes
  },
  value(bytes, places, random) {
    const image = places.filter(({ tag }) => tag.startsWith('x0028') || tag === 'x00020010')
    const place = random.of(image.length ? image : places)
    if (!place) return bytes
    if (place.end - place.value === 2) return put(bytes, place.value, 2, random.of([0, 1, 2, 3, 7, 12, 16, 17, 24, 32, 64, 255, 0x7fff, 0xffff]))
    const text = random.of(['0', '-1', '1e308', '2147483647', '1\\2\\3', 'NaN', '1.2.840.10008.1.2.4.90', '1.2.840.10008.1.2.4.50', '1.2.840.10008.1.2.5', '1.2.840.10008.1.2.2', '9'.repeat(64)])
    bytes.set(new TextEncoder().encode(text.slice(0, place.end - place.value)), place.value)
    return bytes
  },
  fragmentTable(bytes, places, random) {
    const pixels = places.find(({ fragments }) => fragments.length)
    if (!pixels) return bytes
    const fragment = random.of(pixels.fragments)
    const change = random.below(5)
    if (change === 0) return put(bytes, fragment.position - 4, 4, random.of([0, 1, fragment.length + 2, 0xfffffffe, 0xffffffff]))
    if (change === 1) return put(bytes, fragment.position - 8, 4, random.of([0xe00dfffe, 0xe0ddfffe, 0, 0xe000fffe]))
    if (change === 2) return spliced(bytes, fragment.position - 8, 8 + fragment.length)
    if (change === 3) return spliced(bytes, fragment.position - 8, 0, bytes.slice(fragment.position - 8, fragment.position + fragment.length))
    // The Basic Offset Table: its length, or what it says.
    return put(bytes, pixels.value + random.of([4, 8]), 4, random.below(2 ** 32))
  },
  codestream(bytes, places, random) {
    const [fragment] = places.find(({ fragments }) => fragments.length)?.fragments ?? []
    if (!fragment) return bytes
    const header = Math.min(fragment.length, random.of([64, 200, fragment.length]))
    for (let hits = 1 + random.below(4); hits > 0; hits--) bytes[fragment.position + random.below(header)] = random.of([0, 1, 0x7f, 0xff, random.below(256)])
    return bytes
  },
  nesting(bytes, places, random) {
    const place = places.find(({ tag }) => tag > 'x00081140') ?? places[0]
    return place ? spliced(bytes, place.start, 0, nested(random.of([2, 20, 300, 5000, 20_000]), place.vr !== undefined, random.below(2) === 0)) : bytes
  },
} satisfies Record<string, Mutation>

const NAMES = Object.keys(MUTATIONS) as (keyof typeof MUTATIONS)[]
const VRS = ['SQ', 'OB', 'OW', 'UN', 'UT', 'US', 'SS', 'FD', 'PN', 'UI', 'DS', 'AT', 'ZZ', '\0\0']
const NOWHERE = { length: { at: 0, size: 2 }, end: 0, value: 0 } as const

/** Sequences within sequences, of undefined length; closed or left open. */
function nested(depth: number, explicit: boolean, closed: boolean): Uint8Array {
  const open = [0x08, 0, 0x40, 0x11, ...(explicit ? [0x53, 0x51, 0, 0] : []), 0xff, 0xff, 0xff, 0xff, 0xfe, 0xff, 0, 0xe0, 0xff, 0xff, 0xff, 0xff]
  const close = [0xfe, 0xff, 0x0d, 0xe0, 0, 0, 0, 0, 0xfe, 0xff, 0xdd, 0xe0, 0, 0, 0, 0]
  const out = new Uint8Array(depth * (open.length + (closed ? close.length : 0)))
  for (let i = 0; i < depth; i++) {
    out.set(open, i * open.length)
    if (closed) out.set(close, depth * open.length + i * close.length)
  }
  return out
}

function put(bytes: Uint8Array, at: number, size: 2 | 4, value: number): Uint8Array {
  for (let i = 0; i < size && at + i < bytes.length; i++) bytes[at + i] = Math.floor(value / 256 ** i) & 255
  return bytes
}

function spliced(bytes: Uint8Array, at: number, remove: number, insert: Uint8Array = new Uint8Array()): Uint8Array {
  const out = new Uint8Array(bytes.length - Math.min(remove, bytes.length - at) + insert.length)
  out.set(bytes.subarray(0, at))
  out.set(insert, at)
  out.set(bytes.subarray(at + remove), at + insert.length)
  return out
}
