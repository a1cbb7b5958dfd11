import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fixture } from '../testing/fixtures.ts'
import { textDecoder } from './text.ts'

const { names } = JSON.parse(readFileSync(fixture('expected.json'), 'utf8')) as { names: Record<string, { bytes: string; text: string }> }

for (const [charset, { bytes, text }] of Object.entries(names)) {
  test(`${charset}: as pydicom encodes and decodes it`, () => {
    assert.equal(textDecoder(charset.split('\\'))(new Uint8Array(Buffer.from(bytes, 'hex'))), text)
  })
}

test('without a character set, bytes over 127 are UTF-8 where they can be and Latin-1 else', () => {
  const decode = textDecoder([])
  assert.equal(decode(new TextEncoder().encode('Zoë')), 'Zoë')
  assert.equal(decode(Uint8Array.of(0x5a, 0x6f, 0xeb)), 'Zoë')
})
