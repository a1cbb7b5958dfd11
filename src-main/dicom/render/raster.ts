import sharp from 'sharp'
import { luma } from '../read/colour.ts'
import { corrupt } from '../read/parse.ts'
import { MAX_PIXELS } from '../read/readable.ts'
import type { Frame } from '../read/pixels.ts'

/** PNG, JPEG and TIFF films. Colour profiles are ignored: what was stored is the picture. The strictest fault level: half a film is not a film. */
const READ = { ignoreIcc: true, failOn: 'warning', limitInputPixels: MAX_PIXELS } as const

// Parallelism comes from the pool's workers.
sharp.concurrency(1)
sharp.cache(false)

export interface RasterHeader {
  width: number
  height: number
  /** Bits of a sample: 8 or 16. */
  bits: 8 | 16
}

/** @throws CodedError CORRUPT_IMAGE */
export async function rasterHeader(bytes: Uint8Array, file: string): Promise<RasterHeader> {
  try {
    const { width, height, autoOrient, depth, channels } = await sharp(bytes, READ).metadata()
    if (depth !== 'uchar' && depth !== 'ushort') throw new TypeError(`its samples are of type ${depth}, not of 8 or 16 bits`)
    const deep = depth === 'ushort' && channels < 3
    return { width: autoOrient?.width ?? width, height: autoOrient?.height ?? height, bits: deep ? 16 : 8 }
  } catch (error) {
    throw unreadable(error, file)
  }
}

/**
 * One grey sample a pixel; 16-bit grey keeps its depth, colour becomes luma, transparency is dropped, EXIF turns are applied.
 * @throws CodedError CORRUPT_IMAGE
 */
export async function decodeRaster(bytes: Uint8Array, { bits }: RasterHeader, file: string): Promise<Frame> {
  try {
    const image = sharp(bytes, READ).autoOrient().removeAlpha()
    if (bits === 16) {
      const { data, info } = await image.toColourspace('grey16').raw({ depth: 'ushort' }).toBuffer({ resolveWithObject: true })
      const words = Uint16Array.from({ length: info.width * info.height }, (_, i) => data.readUInt16LE(2 * i * info.channels))
      return { pixels: words, rows: info.height, columns: info.width, samples: 1, bits }
    }
    // Without a stated colour space sharp would hand out grey as three channels.
    const grey = (await sharp(bytes, READ).metadata()).channels < 3
    const { data, info } = await image.toColourspace(grey ? 'b-w' : 'srgb').raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true })
    const pixels = info.channels === 1 ? Uint8Array.from(data) : luma(data, info.width * info.height, info.channels)
    return { pixels, rows: info.height, columns: info.width, samples: 1, bits }
  } catch (error) {
    throw unreadable(error, file)
  }
}

const unreadable = (error: unknown, file: string) =>
  corrupt(file, `The picture cannot be decoded (${(error instanceof Error ? error.message : String(error)).split('\n')[0]}).`, error)

/**
 * 8-bit grey picture as JPEG, both sides at most `size`.
 * @param aspect height of a pixel over its width; the thumbnail's own are square
 */
export async function thumbnailJpeg(grey: Uint8Array, width: number, height: number, size: number, aspect = 1): Promise<Uint8Array> {
  const scale = Math.min(1, size / width, size / (height * aspect))
  const [across, down] = [width * scale, height * aspect * scale].map((side) => Math.min(size, Math.max(1, Math.round(side)))) as [number, number]
  const jpeg = await sharp(grey, { raw: { width, height, channels: 1 } })
    .resize(across, down, { fit: 'fill' })
    .toColourspace('b-w')
    .jpeg({ quality: 82 })
    .toBuffer()
  return new Uint8Array(jpeg)
}

export async function greyPng(grey: Uint8Array, width: number, height: number): Promise<Uint8Array> {
  return new Uint8Array(await sharp(grey, { raw: { width, height, channels: 1 } }).toColourspace('b-w').png().toBuffer())
}

/** The set pixels of a plane in one colour, the rest transparent. */
export async function maskPng(bits: Uint8Array, width: number, height: number, [red, green, blue]: readonly [number, number, number]): Promise<Uint8Array> {
  const rgba = new Uint8Array(4 * width * height)
  for (let i = 0; i < bits.length; i++) if (bits[i]) rgba.set([red, green, blue, 255], 4 * i)
  return new Uint8Array(await sharp(rgba, { raw: { width, height, channels: 4 } }).png({ compressionLevel: 3 }).toBuffer())
}
