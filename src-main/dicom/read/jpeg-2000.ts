/** Main header of a JPEG 2000 codestream (ITU-T T.800 annex A; T.814 keeps it for High-Throughput). */
export interface CodestreamHeader {
  columns: number
  rows: number
  components: number
  /** The stream's own component transform turns YCbCr into RGB (COD, SGcod). */
  transformed: boolean
}

/** A film is cut into a few tiles at most; each of them costs the decoder memory before the first byte of it is read. */
const MAX_TILES = 65_535

/** @throws RangeError where SIZ or COD are missing, cut off or absurd */
export function codestreamHeader(data: Uint8Array): CodestreamHeader {
  const stream = boxed(data)
  const view = new DataView(stream.buffer, stream.byteOffset, stream.byteLength)
  const header: CodestreamHeader = { columns: 0, rows: 0, components: 0, transformed: false }
  for (let at = 2; at + 4 <= view.byteLength; at += 2 + view.getUint16(at + 2)) {
    const marker = view.getUint16(at)
    if (marker === 0xff51) Object.assign(header, imageSize(view, at))
    else if (marker === 0xff52) return { ...header, transformed: view.getUint8(at + 8) === 1 && header.components >= 3 }
    else if (marker < 0xff00 || marker === 0xff90 || view.getUint16(at + 2) < 2) break
  }
  throw new RangeError('the JPEG 2000 stream has no complete header')
}

/** SIZ: the image area is from its offset to its size on the reference grid, tiles cover it. */
function imageSize(view: DataView, at: number): Omit<CodestreamHeader, 'transformed'> {
  const [width, height, left, top, tileWidth, tileHeight] = [6, 10, 14, 18, 22, 26].map((offset) => view.getUint32(at + offset)) as [number, number, number, number, number, number]
  if (!tileWidth || !tileHeight || Math.ceil(width / tileWidth) * Math.ceil(height / tileHeight) > MAX_TILES) throw new RangeError('the JPEG 2000 stream has an absurd number of tiles')
  const components = view.getUint16(at + 38)
  // The decoders return one sample a pixel, and one of them never returns where a component is coarser.
  for (let i = 0; i < components; i++) if (view.getUint8(at + 41 + 3 * i) !== 1 || view.getUint8(at + 42 + 3 * i) !== 1) throw new RangeError('a JPEG 2000 component is subsampled')
  return { columns: width - left, rows: height - top, components }
}

/** Some writers store a whole JP2 file (T.800 annex I): its codestream lies in the box `jp2c`. */
function boxed(data: Uint8Array): Uint8Array {
  if (data[0] === 0xff && data[1] === 0x4f) return data
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  for (let at = 0; at + 8 <= data.length; ) {
    const length = view.getUint32(at)
    if (view.getUint32(at + 4) === 0x6a703263) return data.subarray(at + 8)
    if (length < 8) break
    at += length
  }
  throw new RangeError('the data are no JPEG 2000 stream')
}
