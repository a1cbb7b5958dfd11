export interface Window {
  center: number
  width: number
  explanation: string | null
}

/** One item of a Modality or VOI LUT Sequence (PS3.3 C.11.1, C.11.2). */
export interface Lut {
  /** Input value of the first entry; inputs below it take the first entry, inputs past the end the last. */
  first: number
  /** Bits of an entry: 8 to 16. */
  bits: number
  data: Uint16Array
  explanation: string | null
}

export type VoiFunction = 'LINEAR' | 'LINEAR_EXACT' | 'SIGMOID'

/** Values of the modality LUT (or stored ones) -> 0 to 1. */
export type Voi = (value: number) => number

const clamp = (x: number) => (x <= 0 ? 0 : x >= 1 ? 1 : x)

/** PS3.3 C.11.2.1.2 and C.11.2.1.3 with an output range of 0 to 1. */
export function windowFunction({ center: c, width: w }: Pick<Window, 'center' | 'width'>, name: VoiFunction): Voi {
  switch (name) {
    case 'LINEAR':
      // Width 1 is a threshold: the limits of C.11.2.1.2.1 come before the division by zero.
      return (x) => (x <= c - 0.5 - (w - 1) / 2 ? 0 : x > c - 0.5 + (w - 1) / 2 ? 1 : clamp((x - (c - 0.5)) / (w - 1) + 0.5))
    case 'LINEAR_EXACT':
      return (x) => (x <= c - w / 2 ? 0 : x > c + w / 2 ? 1 : (x - c) / w + 0.5)
    case 'SIGMOID':
      return (x) => 1 / (1 + Math.exp((-4 * (x - c)) / w))
  }
}

/** LINEAR needs a width of 1 or more, the others more than 0 (C.11.2.1.2); files do break this. */
export const isValidWindow = ({ center, width }: Pick<Window, 'center' | 'width'>, name: VoiFunction): boolean =>
  Number.isFinite(center) && Number.isFinite(width) && (name === 'LINEAR' ? width >= 1 : width > 0)

/** Entry of a LUT for an input; inputs outside take the nearest entry (C.11.1.1, C.11.2.1.1). */
export function lookUp(lut: Lut, value: number): number {
  const index = Math.min(Math.max(Math.trunc(value) - lut.first, 0), lut.data.length - 1)
  return lut.data[index]!
}

export function lutFunction(lut: Lut): Voi {
  const top = 2 ** lut.bits - 1
  return (x) => clamp(lookUp(lut, x) / top)
}
