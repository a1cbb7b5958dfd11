import sharp from 'sharp'
import { heatmapRgba, type CoarseMap, type GreyPicture } from '#main/dicom/index.ts'
import { resource } from '../../app.ts'

export interface ColourPicture {
  /** Interleaved RGB. */
  pixels: Uint8Array
  rows: number
  columns: number
}

/** The film at its own size, under the map where there is one, with a black band below it that holds the words: no part of the film is covered. */
export async function burnIn({ pixels, width, height }: GreyPicture, map: CoarseMap | null, words: string): Promise<ColourPicture> {
  const band = await textBand(words, width)
  const layers = [
    ...(map ? [{ input: Buffer.from(heatmapRgba(map, width, height)), raw: { width, height, channels: 4 as const }, top: 0, left: 0 }] : []),
    { input: band.data, raw: { width: band.width, height: band.height, channels: band.channels }, top: height + band.margin, left: band.margin },
  ]
  // Made wide enough first: a layer must lie within the picture that it is drawn on.
  const grey = await sharp(pixels, { raw: { width, height, channels: 1 } })
    .toColourspace('srgb')
    .extend({ bottom: band.height + 2 * band.margin, background: '#000' })
    .raw()
    .toBuffer({ resolveWithObject: true })
  const { info, data } = await sharp(grey.data, { raw: grey.info }).composite(layers).removeAlpha().raw().toBuffer({ resolveWithObject: true })
  return { pixels: new Uint8Array(data), rows: info.height, columns: info.width }
}

/** White words, wrapped to the width; as high as they need. */
async function textBand(words: string, width: number) {
  const margin = Math.max(2, Math.round(width / 60))
  const size = Math.max(7, Math.round(width / 45))
  const { data, info } = await sharp({
    text: { text: `<span foreground="white">${escaped(words)}</span>`, font: `DejaVu Sans ${size}px`, fontfile: resource('fonts', 'DejaVuSans.ttf'), width: width - 2 * margin, rgba: true, wrap: 'word-char' },
  })
    .raw()
    .toBuffer({ resolveWithObject: true })
  return { data, width: info.width, height: info.height, channels: info.channels, margin }
}

/** Pango reads its text as markup. */
const escaped = (words: string): string => words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
