/**
 * RLE Lossless, PS3.5 annex G: one PackBits segment for each byte of each sample, most significant byte first.
 * @returns little-endian samples, one colour plane after another: `pixels * samples * bytesPerSample` bytes
 * @throws RangeError when the header or a segment does not fit the frame
 */
export function decodeRle(data: Uint8Array, pixels: number, samples: number, bytesPerSample: number): Uint8Array {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  const segments = view.getUint32(0, true)
  if (segments !== samples * bytesPerSample) throw new RangeError(`${segments} RLE segments where ${samples * bytesPerSample} are due`)
  const out = new Uint8Array(pixels * samples * bytesPerSample)
  for (let segment = 0; segment < segments; segment++) {
    const start = view.getUint32(4 + 4 * segment, true)
    const end = segment + 1 < segments ? view.getUint32(8 + 4 * segment, true) : data.length
    if (start < 64 || end > data.length || start > end) throw new RangeError('an RLE segment lies outside its frame')
    const sample = Math.floor(segment / bytesPerSample)
    const byte = bytesPerSample - 1 - (segment % bytesPerSample)
    unpack(data, start, end, out, sample * pixels * bytesPerSample + byte, bytesPerSample, pixels)
  }
  return out
}

/** PackBits from `data[at..end)` into `count` bytes of `out` that lie `stride` apart. */
function unpack(data: Uint8Array, at: number, end: number, out: Uint8Array, offset: number, stride: number, count: number): void {
  let left = count
  while (left > 0) {
    if (at >= end) throw new RangeError('an RLE segment ends too early')
    const control = data[at++]!
    if (control === 128) continue
    const run = Math.min(control < 128 ? control + 1 : 257 - control, left)
    if (at + (control < 128 ? run : 1) > end) throw new RangeError('an RLE segment ends too early')
    for (let i = 0; i < run; i++, offset += stride) out[offset] = data[control < 128 ? at + i : at]!
    at += control < 128 ? run : 1
    left -= run
  }
}
