/** The segments of JPEG (ITU-T T.81 annex B) and JPEG-LS streams, as far as their headers go. */

export interface JpegFrame {
  /** T.81 marker: 0xffc0 baseline, 0xffc1 extended, 0xffc2 progressive, 0xffc3 lossless, 0xfff7 JPEG-LS. */
  marker: number
  precision: number
  height: number
  width: number
  /** Sampling factors, and the number of the quantisation table. */
  components: { id: number; across: number; down: number; table: number }[]
}

export interface Segment {
  marker: number
  body: Uint8Array
  /** Where in the stream it ends. */
  end: number
}

/** SOF55, the frame header of JPEG-LS. */
export const JPEG_LS = 0xfff7

/** SOF0 to SOF15 but for DHT, JPG and DAC, which stand among them. */
export const isStartOfFrame = (marker: number) => marker >= 0xffc0 && marker <= 0xffcf && ![0xffc4, 0xffc8, 0xffcc].includes(marker)

/** Start of frame of a JPEG (T.81 B.2.2) or JPEG-LS stream (T.87 C.2.2). @throws RangeError where there is none */
export function jpegFrameHeader(data: Uint8Array): JpegFrame {
  for (const { marker, body } of segments(data)) if (isStartOfFrame(marker) || marker === JPEG_LS) return frameOf(marker, body)
  throw new RangeError('the JPEG stream has no frame header')
}

/** Up to the first that is cut off, which is an error; entropy-coded data follow a scan's header and are not skipped. */
export function* segments(data: Uint8Array, from = 2): Generator<Segment> {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  for (let at = from; at + 4 <= data.length; ) {
    const marker = view.getUint16(at)
    if (marker === 0xffff) at++
    else {
      const end = at + 2 + view.getUint16(at + 2)
      if (marker < 0xff01 || end > data.length || end < at + 4) throw new RangeError('a JPEG segment is cut off')
      yield { marker, body: data.subarray(at + 4, end), end }
      at = end
    }
  }
}

export function frameOf(marker: number, body: Uint8Array): JpegFrame {
  const count = body[5] ?? 0
  if (!count || body.length < 6 + 3 * count) throw new RangeError('the JPEG frame header is cut off')
  const components = Array.from({ length: count }, (_, i) => {
    const [id, factors, table] = body.subarray(6 + 3 * i, 9 + 3 * i) as unknown as [number, number, number]
    return { id, across: factors >> 4, down: factors & 15, table }
  })
  return { marker, precision: body[0]!, height: (body[1]! << 8) | body[2]!, width: (body[3]! << 8) | body[4]!, components }
}

/** Whether the stream says its own colour space, and which: by JFIF, or by an Adobe marker that is long enough to hold the transform. */
export function saysColour(data: Uint8Array): 'YCbCr' | 'RGB' | null {
  for (const { marker, body } of segments(data)) {
    if (marker === 0xffe0 && starts(body, 'JFIF')) return 'YCbCr'
    if (marker === 0xffee && starts(body, 'Adobe') && body.length >= 12) return body[11] ? 'YCbCr' : 'RGB'
    if (marker === 0xffda) return null
  }
  return null
}

const starts = (body: Uint8Array, text: string) => [...text].every((letter, i) => body[i] === letter.charCodeAt(0))
