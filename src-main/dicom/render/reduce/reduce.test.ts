import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { golden16, golden8 } from '../../testing/fixtures.ts'
import { resizeTriangle } from '../resize.ts'
import { countWords } from './count.ts'
import { SOURCE } from './module.ts'
import { reduceRows } from './rows.ts'
import { PRECISION, taps } from './taps.ts'
import { resizeWords } from './words.ts'

/** Noise with whole stretches of black and white; the same at every call. */
function noise<T extends Uint8Array | Uint16Array>(out: T, seed = 1): T {
  let state = seed
  const next = () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) >>> 8
  for (let i = 0; i < out.length; i++) out[i] = i % 97 < 13 ? 0 : i % 89 < 11 ? 0xffff : next()
  return out
}

/** One sum after the other, in doubles, which hold them exactly. */
function plainRows(picture: Uint8Array, width: number, height: number, to: number): Uint8Array {
  const { start, count, weights, reach } = taps(width, to)
  return Uint8Array.from({ length: to * height }, (_, at) => {
    const [x, y] = [at % to, Math.floor(at / to)]
    let sum = 2 ** (PRECISION - 1)
    for (let i = 0; i < count[x]!; i++) sum += picture[y * width + start[x]! + i]! * weights[x * reach + i]!
    return Math.min(255, Math.floor(sum / 2 ** PRECISION))
  })
}

/** A difference of megabytes is not worth printing, and takes minutes. */
const same = (one: Uint8Array, other: Uint8Array): void => assert.ok(Buffer.from(one.buffer).equals(Buffer.from(other.buffer)), 'other bytes')

const SIZES = [[2048, 150, 224], [97, 61, 1], [5, 40_000, 3], [8, 3, 8], [300, 7, 512], [70_000, 3, 2], [1, 4, 9], [3000, 90, 384]] as const
for (const [width, height, to] of SIZES) {
  test(`rows of ${width} reduced to ${to}: every band and turn as sums one by one`, () => {
    const picture = noise(new Uint8Array(width * height))
    const expected = plainRows(picture, width, height, to)
    same(reduceRows(picture, width, height, taps(width, to)), expected)
    const table = noise(new Uint8Array(65_536), 5)
    const cells = noise(new Uint16Array(width * height), 3)
    const shaded = cells.map((cell) => table[cell]!)
    same(reduceRows({ cells, table }, width, height, taps(width, to)), plainRows(Uint8Array.from(shaded), width, height, to))
  })
}

test('a picture of cells in its own size is its greys', () => {
  const table = noise(new Uint8Array(65_536))
  const cells = noise(new Uint16Array(31 * 17), 9)
  same(resizeTriangle({ cells, table }, 31, 17, 31, 17), Uint8Array.from(cells, (cell) => table[cell]!))
})

test('cells counted: each value as often as it occurs, over the ends of bands', () => {
  const cells = noise(new Uint16Array(300_001))
  const expected = new Uint32Array(65_536)
  for (const cell of cells) expected[cell]!++
  for (const some of [cells, cells.subarray(1)]) {
    assert.ok(Buffer.from(countWords(some).buffer).equals(Buffer.from(expected.buffer)))
    expected[cells[0]!]!--
  }
})

test('what is reduced shares no memory with the kernel', () => {
  const first = resizeTriangle(new Uint8Array(64).fill(9), 8, 8, 4, 8)
  resizeTriangle(new Uint8Array(64).fill(200), 8, 8, 4, 8)
  assert.ok(first.every((value) => value === 9))
})

for (const [width, height] of [[32, 32], [97, 10], [128, 96]] as const) {
  test(`16 bits resized to ${width}x${height}: every pixel equals Pillow's`, () => {
    assert.deepEqual(resizeWords(golden16('resize16-97x61'), 97, 61, width, height), golden16(`resize16-${width}x${height}`))
  })
}

test('16 bits: the greatest value stays the greatest', () => {
  assert.ok(resizeWords(new Uint16Array(97 * 61).fill(65_535), 97, 61, 13, 7).every((value) => value === 65_535))
  assert.ok(resizeTriangle(golden8('resize-97x61').fill(255), 97, 61, 13, 7).every((value) => value === 255))
})

test('the module was made of the kernel that lies beside it', () => {
  assert.equal(createHash('sha256').update(readFileSync(join(import.meta.dirname, 'kernel.c'))).digest('hex'), SOURCE)
})
