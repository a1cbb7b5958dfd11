import assert from 'node:assert/strict'
import { test } from 'node:test'
import { COLUMNS, ROWS, fixture, fixtureBytes, golden16, golden8, maxDifference } from '../testing/fixtures.ts'
import { CodedError } from '#shared/errors.ts'
import { openDicom } from './index.ts'
import { decodeFrame } from './pixels.ts'
import { listTags } from './tags.ts'

const open = (name: string) => openDicom(fixtureBytes(`${name}.dcm`), fixture(`${name}.dcm`))
const pixelsOf = async (name: string, index = 0) => (await decodeFrame(open(name), index)).pixels

/** Whatever a broken film does, it must say so with a code and its name. */
async function coded(code: string, run: () => unknown): Promise<CodedError> {
  try {
    await run()
  } catch (error) {
    assert.ok(error instanceof CodedError, `${error}`)
    assert.equal(error.code, code, error.message)
    assert.ok(error.file)
    return error
  }
  assert.fail(`no ${code}`)
}

const LOSSLESS: [golden: string, files: string[]][] = [
  ['explicit', ['explicit', 'implicit', 'deflated', 'big-endian', 'rle', 'jpeg-lossless-57', 'jpeg-lossless-70', 'jpeg-ls-80', 'j2k-90']],
  ['explicit', ['no-preamble', 'bare-explicit', 'bare-implicit']],
  ['signed', ['signed', 'signed-dirty', 'rle-signed', 'j2k-90-signed']],
  ['sixteen', ['sixteen']],
]
for (const [golden, files] of LOSSLESS) {
  for (const name of files) {
    test(`${name}: every sample equals pydicom's`, async () => {
      const expected = golden16(golden)
      const pixels = await pixelsOf(name)
      assert.ok(golden === 'signed' ? pixels instanceof Int16Array : pixels instanceof Uint16Array)
      assert.deepEqual(Uint16Array.from(pixels), expected)
    })
  }
}

for (const name of ['eight', 'eight-words', 'big-endian-words', 'jpeg-lossless-70-8']) {
  test(`${name}: every 8-bit sample equals pydicom's`, async () => assert.deepEqual(await pixelsOf(name), golden8('eight')))
}

for (const name of ['rgb', 'rgb-planar', 'rle-rgb']) {
  test(`${name}: colour equals pydicom's`, async () => assert.deepEqual(await pixelsOf(name), golden8('rgb')))
}

test('lossy codings equal their reference decoders, the cosine transform within its rounding', async () => {
  assert.ok(maxDifference(await pixelsOf('jpeg-baseline-50'), golden8('jpeg-baseline-50')) <= 1)
  assert.deepEqual(Uint16Array.from(await pixelsOf('jpeg-ls-81')), golden16('jpeg-ls-81'))
  assert.deepEqual(Uint16Array.from(await pixelsOf('j2k-91')), golden16('j2k-91'))
  assert.ok(maxDifference(await pixelsOf('jpeg-baseline-rgb'), golden8('jpeg-baseline-rgb')) <= 3)
})

test('decoding leaves the file as it was, so that it can be decoded again', async () => {
  for (const name of ['big-endian', 'big-endian-words', 'signed-dirty', 'ybr-full-422', 'jpeg-ls-80', 'rle']) {
    const content = Buffer.from(fixtureBytes(`${name}.dcm`))
    const before = Buffer.from(content)
    const dicom = openDicom(content, fixture(`${name}.dcm`))
    const first = await decodeFrame(dicom)
    assert.deepEqual(await decodeFrame(dicom), first, name)
    assert.ok(content.equals(before), name)
  }
})

test('YBR becomes RGB', async () => {
  const rgb = golden8('rgb')
  assert.ok(maxDifference(await pixelsOf('ybr-full'), rgb) <= 2)
  const half = await pixelsOf('ybr-full-422')
  // Even columns keep their own chroma.
  for (let i = 0; i < ROWS * COLUMNS; i += 2) for (let c = 0; c < 3; c++) assert.ok(Math.abs(half[3 * i + c]! - rgb[3 * i + c]!) <= 2)
})

test('frames of a multi-frame film are found by their fragments', async () => {
  const first = golden16('explicit')
  assert.deepEqual(await pixelsOf('rle-frames', 0), first)
  const flipped = await pixelsOf('rle-frames', 1)
  assert.equal(flipped[0], first[(ROWS - 1) * COLUMNS])
  const mirrored = await pixelsOf('rle-frames', 2)
  assert.equal(mirrored[0], first[COLUMNS - 1])
  await coded('NO_SUCH_FRAME', () => pixelsOf('rle-frames', 3))
})

test('unsupported transfer syntaxes are named', async () => {
  const video = await coded('UNSUPPORTED_TRANSFER_SYNTAX', () => pixelsOf('mpeg2'))
  assert.match(video.message, /MPEG2.*1\.2\.840\.10008\.1\.2\.4\.100/)
  assert.ok(video.remedy)
})

test('what is not a film is refused by its content', async () => {
  await coded('NOT_DICOM', () => openDicom(new TextEncoder().encode('This is a letter, not a film.\n'.repeat(20)), 'letter.dcm'))
  await coded('NOT_DICOM', () => openDicom(new TextEncoder().encode('short'), 'short.dcm'))
  await coded('TRUNCATED_FILE', () => openDicom(new Uint8Array(0), 'empty.dcm'))
  await coded('NO_PIXEL_DATA', () => open('no-image'))
})

const CODES = new Set(['TRUNCATED_FILE', 'NOT_DICOM', 'CORRUPT_IMAGE', 'NO_PIXEL_DATA', 'UNSUPPORTED_PIXELS', 'UNSUPPORTED_TRANSFER_SYNTAX'])

for (const name of ['explicit', 'implicit', 'deflated', 'big-endian', 'rle', 'jpeg-lossless-70', 'jpeg-ls-80', 'j2k-90', 'jpeg-baseline-50', 'display-voi-lut']) {
  test(`${name}: cut off anywhere, it is refused as truncated`, async () => {
    const whole = fixtureBytes(`${name}.dcm`)
    for (let length = whole.length - 40; length > 300; length -= 61) {
      await coded('TRUNCATED_FILE', async () => decodeFrame(openDicom(whole.slice(0, length), 'cut.dcm')))
    }
    for (const length of [1, 100, 131, 140, 200]) {
      const error = await decodeCode(whole.slice(0, length))
      assert.ok(error === 'TRUNCATED_FILE' || error === 'NOT_DICOM', `${length}: ${error}`)
    }
  })
}

async function decodeCode(bytes: Uint8Array): Promise<string | null> {
  try {
    await decodeFrame(openDicom(bytes, 'broken.dcm'))
    return null
  } catch (error) {
    assert.ok(error instanceof CodedError, `not coded: ${error}`)
    return error.code
  }
}

test('random damage never escapes as anything but a coded error', async () => {
  let state = 12345
  const random = (below: number) => (state = (Math.imul(state, 1103515245) + 12345) >>> 0) % below
  for (const name of ['explicit', 'implicit', 'rle', 'jpeg-lossless-57', 'jpeg-ls-80', 'j2k-90', 'jpeg-baseline-50', 'display-voi-lut-signed']) {
    const whole = fixtureBytes(`${name}.dcm`)
    for (let round = 0; round < 60; round++) {
      const damaged = whole.slice()
      for (let hits = 1 + random(4); hits > 0; hits--) damaged[132 + random(whole.length - 132)] = random(256)
      const code = await decodeCode(damaged)
      assert.ok(code === null || CODES.has(code), code ?? '')
    }
  }
})

test('attributes are read and typed', () => {
  const { film } = open('display-voi-lut-signed')
  assert.equal(film.patientName, 'FIXTURE^A')
  assert.equal(film.patientId, 'F-1')
  assert.equal(film.sopInstanceUid, '2.25.1')
  assert.deepEqual([film.rows, film.columns, film.bitsStored, film.signed], [ROWS, COLUMNS, 12, false])
  assert.deepEqual([film.rescaleSlope, film.rescaleIntercept], [1, -1000])
  assert.equal(film.voiLuts[0]!.first, -500)
  assert.equal(film.voiLuts[0]!.data.length, 2000)
  assert.equal(film.pixelSpacing, null)
  assert.equal(open('jpeg-baseline-50').film.lossy, true)
  assert.equal(open('jpeg-lossless-70').film.lossy, false)
  assert.deepEqual(open('display-linear').film.windows, [
    { center: 1800, width: 2200, explanation: 'WIDE' },
    { center: 900, width: 700, explanation: 'NARROW' },
  ])
})

test('tags come with keywords, items below their sequence', async () => {
  const tags = await listTags(open('display-voi-lut'))
  const find = (keyword: string) => tags.find((tag) => tag.keyword === keyword)
  assert.deepEqual(find('PatientID'), { tag: '(0010,0020)', vr: 'LO', keyword: 'PatientID', value: 'F-1', depth: 0 })
  assert.equal(find('TransferSyntaxUID')!.value, '1.2.840.10008.1.2.1')
  assert.equal(find('LUTDescriptor')!.value, '2000\\500\\16')
  assert.equal(find('LUTDescriptor')!.depth, 2)
  const implicit = await listTags(open('implicit'))
  assert.equal(implicit.find((tag) => tag.keyword === 'Rows')!.value, String(ROWS))
  assert.equal(implicit.find((tag) => tag.keyword === 'PatientName')!.vr, 'PN')
})
