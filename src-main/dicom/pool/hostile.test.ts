/** Files that claim more than they hold: what each costs is bounded, and nobody else pays. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { constants, deflateRawSync } from 'node:zlib'
import { openDicom } from '../read/index.ts'
import { fixture, fixtureBytes } from '../testing/fixtures.ts'
import { createDecodePool } from './pool.ts'

const folder = mkdtempSync(join(tmpdir(), 'xclassifier-hostile-'))
const pool = createDecodePool({ workers: 1, memoryMb: 512 })
after(async () => {
  await pool.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Rows and columns whose product is just below what is taken for a picture at all. */
const [ROWS, COLUMNS] = [11_000, 12_000]

/** The fixture with its attributes changed, and its stream by `spoil`. */
function claims(name: string, values: Record<string, number>, spoil: (stream: Uint8Array) => void = () => {}): Uint8Array {
  const bytes = fixtureBytes(`${name}.dcm`)
  const { dataSet } = openDicom(bytes, name)
  const view = new DataView(bytes.buffer)
  for (const [tag, value] of Object.entries(values)) view.setUint16(dataSet.elements[tag]!.dataOffset, value, true)
  const { fragments, dataOffset } = dataSet.elements.x7fe00010!
  spoil(bytes.subarray(fragments?.[0]?.position ?? dataOffset))
  return bytes
}

const SIZE = { x00280010: ROWS, x00280011: COLUMNS }

/** Height and width behind the frame header that `marker` begins (T.81 B.2.2, T.87 C.2.2). */
const jpegSize = (marker: number) => (stream: Uint8Array) => {
  const at = stream.findIndex((byte, i) => byte === 0xff && stream[i + 1] === marker)
  stream.set([ROWS >> 8, ROWS & 255, COLUMNS >> 8, COLUMNS & 255], at + 5)
}
/** SIZ: the image, and its tiles (T.800 A.5.1). */
const codestreamSize = (tile: number) => (stream: Uint8Array) => {
  const view = new DataView(stream.buffer, stream.byteOffset)
  for (const [at, value] of [[8, COLUMNS], [12, ROWS], [24, tile || COLUMNS], [28, tile || ROWS]] as const) view.setUint32(at, value)
}

const HOSTILE: [name: string, bytes: () => Uint8Array][] = [
  ['JPEG 2000 of one giant tile', () => claims('j2k-90', SIZE, codestreamSize(0))],
  ['JPEG 2000 of tiles of 64 pixels', () => claims('j2k-90', SIZE, codestreamSize(64))],
  ['JPEG 2000 of a tile for each pixel', () => claims('j2k-90', SIZE, codestreamSize(1))],
  ['HTJ2K of one giant tile', () => claims('htj2k', SIZE, codestreamSize(0))],
  ['JPEG-LS', () => claims('jpeg-ls-80', SIZE, jpegSize(0xf7))],
  ['JPEG baseline', () => claims('jpeg-baseline-50', SIZE, jpegSize(0xc0))],
  ['JPEG extended', () => claims('jpeg-extended-51', SIZE, jpegSize(0xc1))],
  ['JPEG lossless', () => claims('jpeg-lossless-70', SIZE, jpegSize(0xc3))],
  ['RLE', () => claims('rle', SIZE)],
  ['uncompressed', () => claims('explicit', SIZE)],
  ['more pixels than any film', () => claims('explicit', { x00280010: 65_535, x00280011: 65_535 })],
  ['a deflated data set of two gigabytes', () => {
    const deflated = fixtureBytes('deflated.dcm')
    // Blocks that end on a byte can be repeated.
    const zeros = deflateRawSync(new Uint8Array(2 ** 24), { finishFlush: constants.Z_FULL_FLUSH })
    return Buffer.concat([deflated.subarray(0, 132 + 12 + deflated[140]! + 256 * deflated[141]!), ...Array<Uint8Array>(128).fill(zeros)])
  }],
]

for (const [name, bytes] of HOSTILE) {
  test(`${name}: a coded error that names the file, bounded time and memory, and the next film is decoded`, async () => {
    const path = join(folder, `${name}.dcm`)
    writeFileSync(path, bytes())
    const before = process.memoryUsage.rss()
    let most = 0
    const watch = setInterval(() => (most = Math.max(most, process.memoryUsage.rss())), 20)
    const [hostile, next] = await Promise.allSettled([pool.run({ task: 'displayPng', path }), pool.run({ task: 'input', path: fixture('eight.dcm'), size: 8 })])
    clearInterval(watch)
    assert.equal(hostile.status, 'rejected')
    assert.match(hostile.reason.code, /^(CORRUPT_IMAGE|TRUNCATED_FILE|IMAGE_TOO_LARGE|DECODE_MEMORY|DECODE_TIMEOUT)$/)
    assert.equal(hostile.reason.file, path)
    assert.equal(next.status, 'fulfilled')
    assert.ok(most - before < 2 ** 30)
  })
}
