import assert from 'node:assert/strict'
import { test } from 'node:test'
import { derivedUids } from '../write/uid.ts'
import { writeFilm } from '../write/film.ts'
import { openDicom } from './index.ts'
import { listOverlays, overlayBits } from './overlays.ts'

const FILM = { object: 'CR' as const, ...derivedUids(Uint8Array.of(3)), rows: 4, columns: 8, bitsStored: 12, pixels: Uint16Array.from({ length: 32 }, (_, i) => i) }
/** A column at the left and the last pixel: the first pixel is the lowest bit (PS3.5 8.1.1). */
const PACKED = Uint8Array.of(0b00000001, 0b00000001, 0b00000001, 0b10000001)

test('planes of their own are listed with place, kind and name, and drawn bit by bit', () => {
  const bytes = writeFilm({
    ...FILM,
    extra: [
      [0x60020010, 'US', 4], [0x60020011, 'US', 8], [0x60020022, 'LO', 'Side marker'], [0x60020040, 'CS', 'G'], [0x60020050, 'SS', [2, -3]], [0x60020100, 'US', 1], [0x60020102, 'US', 0],
      [0x60023000, 'OW', PACKED],
    ],
  })
  const dicom = openDicom(bytes, 'overlay.dcm')
  assert.deepEqual(listOverlays(dicom), [{ group: 0x6002, rows: 4, columns: 8, top: 1, left: -4, kind: 'graphic', label: 'Side marker', frames: 1, firstFrame: 0 }])
  const drawn = overlayBits(dicom, listOverlays(dicom)[0]!)
  assert.deepEqual([...drawn.entries()].filter(([, bit]) => bit).map(([i]) => i), [0, 8, 16, 24, 31])
  assert.throws(() => overlayBits(dicom, listOverlays(dicom)[0]!, 1), { code: 'CORRUPT_IMAGE' })
})

test('planes in the unused bits of the cells are drawn; one in the stored bits is none', () => {
  const pixels = FILM.pixels.map((value, i) => value | (i % 5 === 0 ? 0x2000 : 0))
  const plane = (bit: number) => openDicom(writeFilm({ ...FILM, pixels, extra: [[0x60000010, 'US', 4], [0x60000011, 'US', 8], [0x60000100, 'US', 16], [0x60000102, 'US', bit]] }), 'bits.dcm')
  const dicom = plane(13)
  const [found] = listOverlays(dicom)
  assert.deepEqual([...overlayBits(dicom, found!)], Array.from(pixels, (_, i) => Number(i % 5 === 0)))
  assert.deepEqual(listOverlays(plane(5)), [])
})

test('a plane that is cut off is refused by name', () => {
  const dicom = openDicom(writeFilm({ ...FILM, extra: [[0x60000010, 'US', 40], [0x60000011, 'US', 80], [0x60003000, 'OW', PACKED]] }), 'short.dcm')
  assert.throws(() => overlayBits(dicom, listOverlays(dicom)[0]!), /overlay 6000/)
})
