type Samples = Uint8Array | Uint16Array | Uint32Array

const like = <T extends Samples>(samples: T, length: number): T => new (samples.constructor as new (length: number) => T)(length)

/** Colour planes one after another -> interleaved triples. */
export function interleaved<T extends Samples>(planes: T, pixels: number): T {
  const out = like(planes, 3 * pixels)
  for (let sample = 0; sample < 3; sample++) {
    for (let i = 0; i < pixels; i++) out[3 * i + sample] = planes[sample * pixels + i]!
  }
  return out
}

/** YBR_FULL, or YBR_PARTIAL with its foot and head room (CCIR 601), -> RGB of the same bits (PS3.3 C.7.6.3.1.2). */
export function toRgb<T extends Samples>(ybr: T, bits: number, photometric: string): T {
  const out = like(ybr, ybr.length)
  const [top, middle, unit] = [2 ** bits - 1, 2 ** (bits - 1), 2 ** (bits - 8)]
  const partial = photometric.startsWith('YBR_PARTIAL')
  const [foot, luma, chroma] = partial ? [16 * unit, top / (219 * unit), top / (224 * unit)] : [0, 1, 1]
  const fit = (value: number) => (value <= 0 ? 0 : value >= top ? top : Math.floor(value + 0.5))
  for (let i = 0; i + 2 < ybr.length; i += 3) {
    const y = (ybr[i]! - foot) * luma
    const cb = (ybr[i + 1]! - middle) * chroma
    const cr = (ybr[i + 2]! - middle) * chroma
    out[i] = fit(y + 1.402 * cr)
    out[i + 1] = fit(y - (0.114 * 1.772 * cb + 0.299 * 1.402 * cr) / 0.587)
    out[i + 2] = fit(y + 1.772 * cb)
  }
  return out
}

/** Uncompressed YBR_..._422 (Y1 Y2 Cb Cr for two pixels) -> one triple a pixel. */
export function unpack422(data: Uint8Array, bytesPerSample: number): Uint8Array {
  const out = new Uint8Array((data.length >> 2) * 6)
  const order = [0, 2, 3, 1, 2, 3]
  const group = 4 * bytesPerSample
  for (let from = 0, to = 0; from + group <= data.length; from += group) {
    for (const sample of order) for (let byte = 0; byte < bytesPerSample; byte++) out[to++] = data[from + sample * bytesPerSample + byte]!
  }
  return out
}

/** Interleaved RGB -> 8-bit luma with Rec. 601 weights in 16-bit fixed point, as Pillow's convert("L"): grey stays exactly itself. */
export function luma(rgb: ArrayLike<number>, pixels: number, channels = 3): Uint8Array {
  const out = new Uint8Array(pixels)
  for (let i = 0, at = 0; i < pixels; i++, at += channels) {
    out[i] = (rgb[at]! * 19595 + rgb[at + 1]! * 38470 + rgb[at + 2]! * 7471 + 0x8000) >> 16
  }
  return out
}
