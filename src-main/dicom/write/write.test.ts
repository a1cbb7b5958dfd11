import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import dcmjs from 'dcmjs'
import { fixture, fixtureBytes, golden16 } from '../testing/fixtures.ts'
import { writtenFilm } from '../testing/written.ts'
import { filmOf, greyPicture, openFilm } from '../films.ts'
import type { Film } from '../films.ts'
import { openDicom } from '../read/index.ts'
import { decodeFrame } from '../read/pixels.ts'
import { decimalString, encodePart10 } from './encode.ts'
import { writeFilm } from './film.ts'
import type { FilmToWrite } from './film.ts'
import { derivedUid, derivedUids } from './uid.ts'
import { dicomForViewer, transcodeForViewer } from './viewer.ts'

const FILM: FilmToWrite = {
  ...writtenFilm('CR', golden16('explicit')),
  voiLuts: [{ first: -5, bits: 16, data: Uint16Array.from({ length: 300 }, (_, i) => 200 * i), explanation: 'steep' }],
}

test('a written film is read back whole', async () => {
  const dicom = openDicom(writeFilm(FILM), 'w.dcm')
  const { film } = dicom
  assert.deepEqual((await decodeFrame(dicom)).pixels, FILM.pixels)
  const same = ['rows', 'columns', 'bitsStored', 'photometric', 'windows', 'voiLuts', 'rescaleSlope', 'rescaleIntercept', 'imagerPixelSpacing', 'patientId', 'patientName',
    'birthDate', 'sex', 'age', 'studyDate', 'studyTime', 'studyDescription', 'viewPosition', 'bodyPart', 'studyInstanceUid', 'seriesInstanceUid', 'sopInstanceUid'] as const
  for (const key of same) assert.deepEqual(film[key], FILM[key], key)
  assert.deepEqual([film.ageYears, film.pixelSpacing, film.modality], [55, null, 'CR'])
})

test('written bytes are those that pydicom, dcmdump and dciodvfy accepted (test/fixtures/check_written.py)', () => {
  for (const object of ['CR', 'DX', 'SC'] as const) {
    assert.deepEqual(writeFilm(writtenFilm(object, golden16('explicit'))), fixtureBytes(`written-${object.toLowerCase()}.dcm`), object)
  }
})

test('another parser reads the same values', () => {
  const bytes = writeFilm(FILM)
  const { dict } = dcmjs.data.DicomMessage.readFile(bytes.slice().buffer)
  assert.deepEqual(dict['00100020']?.Value, ['W-1'])
  assert.deepEqual(dict['00281050']?.Value, [1800.5])
  assert.deepEqual(dict['00280011']?.Value, [32])
  assert.equal(dict['00283010']?.vr, 'SQ')
})

test('signed films keep their sign', async () => {
  const pixels = Int16Array.from({ length: 12 }, (_, i) => 100 * i - 600)
  const read = await decodeFrame(openDicom(writeFilm({ ...FILM, pixels, rows: 3, columns: 4, bitsStored: 16 }), 's.dcm'))
  assert.deepEqual(read.pixels, pixels)
})

test('values that do not fit are refused', () => {
  assert.throws(() => writeFilm({ ...FILM, rows: 41 }), RangeError)
  assert.throws(() => encodePart10([[0x00100010, 'PN', 'x'.repeat(70_000)]]), /00100010/)
  for (const value of [1 / 3, -1e-17 / 3, 123456789.123456789, -2 / 3e10]) {
    const text = decimalString(value)
    assert.ok(text.length <= 16)
    assert.ok(Math.abs(Number(text) - value) <= Math.abs(value) * 1e-8, text)
  }
})

test('derived UIDs are 128 bits of the content', () => {
  const hex = createHash('sha256').update('film').digest('hex').slice(0, 32)
  assert.equal(derivedUid('film'), `2.25.${BigInt(`0x${hex}`)}`)
  assert.ok(derivedUid('film').length <= 64)
  assert.equal(new Set(Object.values(derivedUids(Uint8Array.of(1, 2)))).size, 3)
})

test('the viewer gets the original bytes of what it can show', async () => {
  for (const name of ['explicit', 'rle', 'rle-frames', 'jpeg-lossless-70', 'eight', 'display-linear', 'display-percentile', 'display-percentile-padded', 'display-voi-lut', 'display-modality-lut']) {
    assert.deepEqual(new Uint8Array(await transcodeForViewer(fixture(`${name}.dcm`))), fixtureBytes(`${name}.dcm`), name)
  }
})

for (const name of ['jpeg-ls-80', 'deflated', 'no-preamble', 'signed-dirty', 'big-endian-words', 'jpeg-baseline-50', 'rgb', 'one-bit', 'float-32']) {
  test(`${name}: as the viewer gets it, it shows the same picture`, async () => {
    const path = fixture(`${name}.dcm`)
    const rewritten = await filmOf(await transcodeForViewer(path), 'viewer.dcm')
    const original = await openFilm(path)
    assert.deepEqual((await greyPicture(rewritten)).pixels, (await greyPicture(original)).pixels)
    assert.deepEqual(rewritten.uids, original.uids)
    const { transferSyntaxUid, patientId } = rewritten.metadata!
    assert.deepEqual([transferSyntaxUid, patientId], ['1.2.840.10008.1.2.1', 'F-1'])
    assert.equal(rewritten.frames, original.frames)
  })
}

for (const name of ['display-voi-lut', 'display-voi-lut-signed', 'display-modality-lut', 'display-percentile-padded', 'signed']) {
  test(`${name}: rewritten, it keeps its stored values and how they are shown`, async () => {
    // Without its preamble dwv cannot read it.
    const original = await filmOf(fixtureBytes(`${name}.dcm`).slice(132), 'bare.dcm')
    const rewritten = await filmOf(await dicomForViewer(original), 'viewer.dcm')
    assert.deepEqual((await rewritten.frame()).pixels, (await original.frame()).pixels)
    const shown = ({ metadata }: Film) => (({ rescaleSlope, rescaleIntercept, modalityLut, windows, voiFunction, voiLuts, padding }) => ({ rescaleSlope, rescaleIntercept, modalityLut, windows, voiFunction, voiLuts, padding }))(metadata!)
    assert.deepEqual(shown(rewritten), shown(original))
    assert.deepEqual((await greyPicture(rewritten)).pixels, (await greyPicture(original)).pixels)
  })
}

test('pictures become secondary captures that keep their grey values and take what is known of them', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'xclassifier-write-'))
  try {
    for (const name of ['grey8.png', 'grey16.png', 'grey8.jpg', 'colour.png']) {
      const film = await filmOf(await transcodeForViewer(fixture(name), { patientId: 'K-1', studyInstanceUid: '2.25.99' }), 'sc.dcm')
      assert.deepEqual((await greyPicture(film)).pixels, (await greyPicture(await openFilm(fixture(name)))).pixels, name)
      assert.deepEqual([film.metadata!.patientId, film.uids.studyInstanceUid, film.metadata!.lossy], ['K-1', '2.25.99', name.endsWith('jpg')])
    }
    const copy = join(folder, 'copy.png')
    writeFileSync(copy, fixtureBytes('grey8.png'))
    assert.deepEqual(await transcodeForViewer(copy), await transcodeForViewer(fixture('grey8.png')), 'the same content gives the same UIDs')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
