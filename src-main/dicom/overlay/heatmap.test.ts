import assert from 'node:assert/strict'
import { test } from 'node:test'
import sharp from 'sharp'
import { fixture } from '../testing/fixtures.ts'
import { greyPicture, openFilm } from '../films.ts'
import { COLORMAPS } from '#shared/overlay/colormaps.ts'
import { heatmapRgba, upsample } from '#shared/overlay/heatmap.ts'
import { heatmapPng, overlayPng } from './heatmap.ts'

const map = { values: Float32Array.of(0, 1, 2, 3, 4, 5), height: 2, width: 3 }

test('upsampling is linear between cell centres and held beyond them', () => {
  const up = upsample(map, 12, 8)
  // Cell centres lie at (1.5, 5.5, 9.5) and (1.5, 5.5) of the film's pixel grid.
  const at = (x: number, y: number) => up[y * 12 + x]!
  assert.equal(at(0, 0), 0)
  assert.equal(at(11, 7), 5)
  assert.ok(Math.abs(at(3, 0) - 0.375) < 1e-6)
  assert.ok(Math.abs((at(5, 3) + at(6, 3) + at(5, 4) + at(6, 4)) / 4 - 2.5) < 1e-6)
  const same = upsample(map, 3, 2)
  assert.deepEqual(same, map.values)
  // Moved by half a cell to the left and up, edges held.
  const moved = upsample({ ...map, shift: 0.5 }, 12, 8)
  for (const [x, y] of [[0, 0], [3, 1], [8, 3]] as const) assert.ok(Math.abs(moved[y * 12 + x]! - at(x + 2, y + 2)) < 1e-6)
  assert.throws(() => upsample({ ...map, width: 4 }, 8, 8), RangeError)
})

test('the peak is the most opaque and the hottest, what lies under the threshold is clear', () => {
  const values = new Float32Array(49).fill(-1)
  values[3 * 7 + 5] = 2
  const rgba = heatmapRgba({ values, height: 7, width: 7 }, 70, 70, { threshold: 0.5, opacity: 0.8 })
  const pixel = (x: number, y: number) => [...rgba.subarray(4 * (y * 70 + x), 4 * (y * 70 + x) + 4)]
  const peak = rgba.filter((_, i) => i % 4 === 3).reduce((a, b) => Math.max(a, b))
  assert.ok(peak > 0.8 * 255 * 0.85 && peak <= 204)
  assert.equal(pixel(55, 35)[3], peak)
  assert.equal(pixel(5, 5)[3], 0)
  assert.ok(pixel(55, 35)[0]! > 240, 'inferno is yellow at its hot end')
})

test('a flat map draws nothing', () => {
  const rgba = heatmapRgba({ values: new Float32Array(4), height: 2, width: 2 }, 4, 4)
  assert.ok(rgba.every((value, i) => i % 4 !== 3 || value === 0))
})

test('the PNG has film size, alpha, and the colours that were asked for', async () => {
  const png = await heatmapPng(map, 12, 8, { colormap: 'viridis', opacity: 1 })
  const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true })
  assert.deepEqual([info.width, info.height, info.channels], [12, 8, 4])
  assert.deepEqual([...data.subarray(-4)], [...COLORMAPS.viridis.subarray(-3), 255])
})

test('the overlay blends the map over the displayed film', async () => {
  const film = await openFilm(fixture('eight.dcm'))
  const { pixels } = await greyPicture(film)
  const { data, info } = await sharp(await overlayPng(film, { values: Float32Array.of(0, 0, 0, 1), height: 2, width: 2 })).raw().toBuffer({ resolveWithObject: true })
  assert.deepEqual([info.width, info.height, info.channels], [32, 40, 3])
  assert.deepEqual([...data.subarray(0, 3)], [pixels[0], pixels[0], pixels[0]])
  const last = pixels.length - 1
  const hot = [...COLORMAPS.inferno.subarray(-3)]
  assert.deepEqual([...data.subarray(3 * last)], hot.map((colour) => Math.round(pixels[last]! * 0.4 + colour * 0.6)))
})

test('colour maps are 256 triples that grow lighter', () => {
  for (const table of Object.values(COLORMAPS)) {
    assert.equal(table.length, 768)
    const light = Array.from({ length: 256 }, (_, i) => 0.299 * table[3 * i]! + 0.587 * table[3 * i + 1]! + 0.114 * table[3 * i + 2]!)
    assert.ok(light.every((value, i) => i === 0 || value > light[i - 1]! - 1.5))
  }
})
