/** Colour planes one after another -> interleaved triples. */
export function interleaved(planes: Uint8Array, pixels: number): Uint8Array {
  const out = new Uint8Array(3 * pixels)
  for (let sample = 0; sample < 3; sample++) {
    for (let i = 0; i < pixels; i++) out[3 * i + sample] = planes[sample * pixels + i]!
  }
  return out
}

/** YBR_FULL -> RGB (PS3.3 C.7.6.3.1.2). */
export function toRgb(ybr: Uint8Array): Uint8Array {
  const out = new Uint8ClampedArray(ybr.length)
  for (let i = 0; i + 2 < ybr.length; i += 3) {
    const y = ybr[i]!
    const cb = ybr[i + 1]! - 128
    const cr = ybr[i + 2]! - 128
    out[i] = y + 1.402 * cr
    out[i + 1] = y - (0.114 * 1.772 * cb + 0.299 * 1.402 * cr) / 0.587
    out[i + 2] = y + 1.772 * cb
  }
  return new Uint8Array(out.buffer)
}

/** Uncompressed YBR_FULL_422 (Y1 Y2 Cb Cr for two pixels) -> one triple a pixel. */
export function unpack422(data: Uint8Array): Uint8Array {
  const out = new Uint8Array((data.length >> 2) * 6)
  for (let from = 0, to = 0; from + 3 < data.length; from += 4, to += 6) {
    out.set([data[from]!, data[from + 2]!, data[from + 3]!, data[from + 1]!, data[from + 2]!, data[from + 3]!], to)
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
