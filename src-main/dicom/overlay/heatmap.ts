import sharp from 'sharp'
import { heatmapRgba } from '#shared/overlay/heatmap.ts'
import type { CoarseMap, HeatmapOptions } from '#shared/overlay/heatmap.ts'
import { corrupt } from '../read/parse.ts'
import { greyPicture } from '../films.ts'
import type { Film } from '../films.ts'

/**
 * The map as colours of film size with alpha, for drawing over the film.
 * @returns RGBA PNG of `filmWidth` by `filmHeight` pixels
 * @throws RangeError when the map's shape and values disagree
 */
export async function heatmapPng(map: CoarseMap, filmWidth: number, filmHeight: number, options: HeatmapOptions = {}): Promise<Uint8Array> {
  const rgba = heatmapRgba(map, filmWidth, filmHeight, options)
  return new Uint8Array(await sharp(rgba, { raw: { width: filmWidth, height: filmHeight, channels: 4 } }).png({ compressionLevel: 6 }).toBuffer())
}

/**
 * The displayed film with the map on top.
 * @returns RGB PNG of film size
 */
export async function overlayPng(film: Film, map: CoarseMap, options: HeatmapOptions = {}): Promise<Uint8Array> {
  const { pixels, width, height } = await greyPicture(film)
  if (pixels.length !== width * height) throw corrupt(film.path, 'The film has no whole frame.')
  const rgba = heatmapRgba(map, width, height, options)
  const rgb = new Uint8Array(3 * width * height)
  for (let i = 0; i < pixels.length; i++) {
    const alpha = rgba[4 * i + 3]! / 255
    for (let c = 0; c < 3; c++) rgb[3 * i + c] = Math.round(pixels[i]! * (1 - alpha) + rgba[4 * i + c]! * alpha)
  }
  return new Uint8Array(await sharp(rgb, { raw: { width, height, channels: 3 } }).png({ compressionLevel: 6 }).toBuffer())
}
