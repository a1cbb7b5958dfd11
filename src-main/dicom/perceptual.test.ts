import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import { fingerprintOf } from './perceptual.ts'

interface Golden {
  film: string
  change: string
  small: string
  hash: string
}

const golden = JSON.parse(readFileSync(new URL('../../test/golden/quality/phash.json', import.meta.url), 'utf8')) as Golden[]
const smallOf = ({ small }: Golden): Uint8Array => Buffer.from(small, 'hex')
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const differing = (a: Uint8Array, b: Uint8Array): number => a.reduce((sum, byte, i) => sum + (byte ^ b[i]!).toString(2).replaceAll('0', '').length, 0)
const cosine = (a: Int8Array, b: Int8Array): number => {
  const dot = (x: Int8Array, y: Int8Array): number => x.reduce((sum, value, i) => sum + value * y[i]!, 0)
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))
}

test("hashes are those of Python's imagehash", () => {
  assert.equal(golden.length, 72)
  for (const one of golden) assert.equal(hex(fingerprintOf(smallOf(one), 32).hash), one.hash, `${one.film} ${one.change}`)
})

test('JPEG, scale and brightness move a film far less than films differ', () => {
  const films = golden.filter(({ change }) => change === 'film')
  for (const film of films) {
    const own = fingerprintOf(smallOf(film), 32)
    for (const copy of golden.filter((one) => one.film === film.film && ['jpeg', 'half', 'bright', 'dark'].includes(one.change))) {
      const other = fingerprintOf(smallOf(copy), 32)
      assert.ok(differing(own.hash, other.hash) <= 6 && cosine(own.frequencies, other.frequencies) > 0.99, `${film.film} ${copy.change}`)
    }
    for (const stranger of films) if (stranger !== film) assert.ok(cosine(own.frequencies, fingerprintOf(smallOf(stranger), 32).frequencies) < 0.98, `${film.film} ${stranger.film}`)
  }
})

test('a flat picture has no frequencies; a mirrored one another hash', () => {
  assert.ok(fingerprintOf(new Uint8Array(1024).fill(90), 32).frequencies.every((value) => value === 0 || Math.abs(value) <= 127))
  const small = smallOf(golden[0]!)
  const mirrored = small.map((_, i) => small[32 * Math.floor(i / 32) + 31 - (i % 32)]!)
  assert.ok(differing(fingerprintOf(small, 32).hash, fingerprintOf(mirrored, 32).hash) > 8)
})
