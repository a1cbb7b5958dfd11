import assert from 'node:assert/strict'
import test from 'node:test'
import { CROWD, DuplicateSearch, EQUAL, NEAR_BITS, NEAR_LIKENESS, flips } from './duplicates.ts'
import type { Prints } from './duplicates.ts'
import { findDuplicates } from './search.ts'

function randoms(seed: number): (n: number) => number {
  let state = seed
  return (n) => ((state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0) >>> 8) % n
}

/** Random films of which many are copies of others: equal, with some bits flipped, or with other frequencies. */
function someFilms(count: number, seed: number): Prints {
  const random = randoms(seed)
  const bytes = (n: number): number[] => Array.from({ length: n }, () => random(256))
  const prints: Prints = { pixels: Uint8Array.from(bytes(16 * count)), hashes: Uint8Array.from(bytes(8 * count)), frequencies: Int8Array.from(bytes(64 * count)), usable: Uint8Array.from({ length: count }, () => Number(random(20) > 0)) }
  for (let film = 1; film < count; film++) {
    const like = random(film)
    const kind = random(5)
    if (kind === 0) prints.pixels.copyWithin(16 * film, 16 * like, 16 * like + 16)
    if (kind > 2) continue
    prints.hashes.copyWithin(8 * film, 8 * like, 8 * like + 8)
    prints.frequencies.copyWithin(64 * film, 64 * like, 64 * like + 64)
    for (let bit = random(NEAR_BITS + 4); bit > 0; bit--) prints.hashes[8 * film + random(8)]! ^= 1 << random(8)
    for (let change = random(30); change > 0; change--) prints.frequencies[64 * film + random(64)] = random(256)
  }
  return prints
}

/** Every pair of films, by hand. @returns for each film the first of its group */
function byHand({ pixels, hashes, frequencies, usable }: Prints): number[] {
  const group = [...usable.keys()]
  const join = (a: number, b: number): void => {
    const [from, to] = [Math.max(group[a]!, group[b]!), Math.min(group[a]!, group[b]!)]
    group.forEach((value, film) => value === from && (group[film] = to))
  }
  const text = (film: number): string => pixels.subarray(16 * film, 16 * film + 16).join()
  const firsts = new Map<string, number>()
  for (const film of group.keys()) {
    if (!usable[film]) continue
    const first = firsts.get(text(film))
    if (first === undefined) firsts.set(text(film), film)
    else join(first, film)
  }
  const looked = [...firsts.values()]
  for (const a of looked) {
    for (const b of looked) {
      if (b <= a) continue
      let [bits, dot, first, second] = [0, 0, 0, 0]
      for (let i = 0; i < 8; i++) bits += (hashes[8 * a + i]! ^ hashes[8 * b + i]!).toString(2).replaceAll('0', '').length
      for (let i = 0; i < 64; i++) {
        const [x, y] = [frequencies[64 * a + i]!, frequencies[64 * b + i]!]
        dot += x * y
        first += x * x
        second += y * y
      }
      if (bits <= NEAR_BITS && dot / Math.sqrt(first * second) >= NEAR_LIKENESS) join(a, b)
    }
  }
  return group
}

test('the search finds the groups that comparing every pair finds', () => {
  const near: number[] = []
  for (const seed of [1, 2, 3]) {
    const prints = someFilms(600, seed)
    const { films, cluster, twin, bits } = new DuplicateSearch(prints).run()
    const group = [...prints.usable.keys()]
    films.forEach((film, i) => (group[film] = cluster[i]!))
    assert.deepEqual(group, byHand(prints), `seed ${seed}`)
    films.forEach((film, i) => assert.ok(twin[i] !== film && group[twin[i]!] === group[film]))
    near.push(...bits)
  }
  for (let bits = 0; bits <= NEAR_BITS; bits++) assert.ok(near.includes(bits), `${bits} bits`)
  assert.ok(near.includes(EQUAL))
})

test('prints of one film by the hundred are one group, each with a twin in it, also where two crowds share a hash', () => {
  const random = randoms(4)
  const prints = someFilms(700, 8)
  prints.usable.fill(1, 0, 2)
  for (let i = 64; i < 128; i++) prints.frequencies[i] = random(256)
  for (let i = 0; i < 16 * 700; i++) prints.pixels[i] = random(256)
  for (let film = 2; film < 600; film++) {
    prints.hashes.copyWithin(8 * film, 0, 8)
    prints.frequencies.copyWithin(64 * film, 64 * (film % 2), 64 * (film % 2) + 64)
    prints.hashes[8 * film + random(8)]! ^= random(2) << random(8)
  }
  const { films, cluster, twin } = new DuplicateSearch(prints).run()
  const group = [...prints.usable.keys()]
  films.forEach((film, i) => (group[film] = cluster[i]!))
  assert.deepEqual(group, byHand(prints))
  films.forEach((film, i) => assert.ok(twin[i] !== film && group[twin[i]!] === group[film]))
  const sizes = [0, 1].map((film) => group.filter((one) => one === group[film]).length)
  assert.ok(group[0] !== group[1] && sizes.every((size) => size > 2 * CROWD), String(sizes))
})

test('films whose bits differ anywhere are found up to the limit, and none beyond it', () => {
  const random = randoms(9)
  const pairs = 400
  const prints: Prints = { pixels: Uint8Array.from({ length: 32 * pairs }, () => random(256)), hashes: Uint8Array.from({ length: 16 * pairs }, () => random(256)), frequencies: new Int8Array(128 * pairs).fill(5), usable: new Uint8Array(2 * pairs).fill(1) }
  for (let pair = 0; pair < pairs; pair++) {
    prints.hashes.copyWithin(16 * pair + 8, 16 * pair, 16 * pair + 8)
    const flipped = new Set<number>()
    while (flipped.size < NEAR_BITS + (pair % 2)) flipped.add(random(64))
    for (const bit of flipped) prints.hashes[16 * pair + 8 + (bit >> 3)]! ^= 0x80 >> (bit & 7)
  }
  assert.deepEqual([...new DuplicateSearch(prints).run().films], [...prints.usable.keys()].filter((film) => (film >> 1) % 2 === 0))
  assert.deepEqual([flips(0).length, flips(1).length, flips(2).length], [1, 17, 137])
})

test('the thread gives what the search gives, and ends when it is told to', async () => {
  const { films, cluster } = new DuplicateSearch(someFilms(400, 5)).run()
  const told: number[] = []
  const there = await findDuplicates(someFilms(400, 5), new AbortController().signal, (done) => told.push(done))
  assert.deepEqual([there.films, there.cluster], [films, cluster])
  assert.ok(told.length)
  const stop = new AbortController()
  const waiting = findDuplicates(someFilms(30_000, 6), stop.signal, () => stop.abort(new Error('enough')))
  await assert.rejects(waiting, /enough/)
  await assert.rejects(findDuplicates(someFilms(4, 1), stop.signal, () => {}), /enough/)
})
