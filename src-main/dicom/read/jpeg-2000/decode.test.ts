import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import loadJpeg2000 from '@cornerstonejs/codec-openjpeg/decodewasmjs'
import { openDicom } from '../index.ts'
import { fixtureBytes, maxDifference } from '../../testing/fixtures.ts'
import { decodeCodestream } from './decode.ts'
import { SOURCES } from './module.ts'
import { digest } from './sources.ts'

/** Encodings of test/fixtures/make_jpeg2000.py. */
const FOLDER = join(import.meta.dirname, '../../../../test/fixtures/jpeg2000')
const names = readdirSync(FOLDER).map((name) => name.replace('.j2k', '')).sort()
const stream = (name: string) => new Uint8Array(readFileSync(join(FOLDER, `${name}.j2k`)))
const openjpeg = await loadJpeg2000({ print: () => {}, printErr: () => {} })
const SAMPLES = 100_000

function theirs(data: Uint8Array) {
  const decoder = new openjpeg.J2KDecoder()
  try {
    decoder.getEncodedBuffer(data.length).set(data)
    decoder.decode()
    const { width, height, componentCount } = decoder.getFrameInfo()
    return { columns: width, rows: height, components: componentCount, bytes: new Uint8Array(decoder.getDecodedBuffer()) }
  } finally {
    decoder.delete()
  }
}

function values({ bytes, bytesPerSample }: { bytes: Uint8Array; bytesPerSample: 1 | 2 }, signed: boolean) {
  if (bytesPerSample === 1) return signed ? new Int8Array(bytes.buffer) : bytes
  return signed ? new Int16Array(bytes.slice().buffer) : new Uint16Array(bytes.slice().buffer)
}

for (const name of names.filter((each) => !each.startsWith('left-'))) {
  test(`${name}: what openjpeg makes of it`, () => {
    const own = decodeCodestream(stream(name), SAMPLES)
    assert.ok(own)
    const other = theirs(stream(name))
    assert.deepEqual([own.columns, own.rows, own.components, own.bytes.length], [other.columns, other.rows, other.components, other.bytes.length])
    const signed = name.includes('signed')
    // Its wrapper takes signed bytes for unsigned ones and cuts off what is below zero.
    if (name === 'signed-8') own.bytes.set(own.bytes.map((byte) => (byte > 127 ? 0 : byte)))
    const most = maxDifference(values(own, signed), values({ ...other, bytesPerSample: own.bytesPerSample }, signed))
    assert.ok(most <= (name.startsWith('lossy') ? 1 : 0), `by ${most}`)
  })
}

test('kinds that are left to another decoder, and those of other standards', () => {
  const left = names.filter((name) => name.startsWith('left-'))
  assert.ok(left.length >= 8)
  for (const name of left) assert.equal(decodeCodestream(stream(name), SAMPLES), null, name)
  const { dataSet } = openDicom(fixtureBytes('htj2k.dcm'), 'htj2k')
  const { position, length } = dataSet.elements.x7fe00010!.fragments![0]!
  assert.equal(decodeCodestream(dataSet.byteArray.subarray(position, position + length), SAMPLES), null)
})

test('a stream cut anywhere is left to another decoder', () => {
  for (const name of ['plain', 'tiles', 'markers', 'lossy-rgb']) {
    const whole = stream(name)
    for (let length = 0; length < whole.length; length += 1 + (length >> 4)) assert.equal(decodeCodestream(whole.subarray(0, length), SAMPLES), null, `${name} ${length}`)
  }
})

test('spoilt streams end in a picture or in none, and the next one is right', () => {
  const good = decodeCodestream(stream('plain'), SAMPLES)
  let state = 5
  const next = (below: number) => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) % below
  for (let round = 0; round < 600; round++) {
    const spoilt = stream(names[round % names.length]!)
    // Half of them in the headers, which say how much there is of everything.
    for (let i = 0; i <= round % 3; i++) spoilt[next(round % 2 ? spoilt.length : Math.min(spoilt.length, 130))] = next(256)
    decodeCodestream(spoilt, SAMPLES)
  }
  assert.deepEqual(decodeCodestream(stream('plain'), SAMPLES), good)
})

test('memory has a limit: more samples than were announced', () => {
  assert.equal(decodeCodestream(stream('greater'), SAMPLES)?.bytes.length, 60_000)
  const great = stream('plain')
  new DataView(great.buffer).setUint32(8, 60_000)
  new DataView(great.buffer).setUint32(12, 60_000)
  assert.equal(decodeCodestream(great, SAMPLES), null)
})

test('the module was built from the sources beside it', () => assert.equal(SOURCES, digest))
