/** Element types of PyTorch's storages, as values of a checkpoint: floating point becomes F32, whole numbers I64. */
export interface ElementType {
  width: number
  /** Reads element `i`; little-endian. */
  read(view: DataView, i: number): number | bigint
  integral: boolean
}

const float = (width: number, read: ElementType['read']): ElementType => ({ width, read, integral: false })
const whole = (width: number, read: ElementType['read']): ElementType => ({ width, read, integral: true })

/** By the name of the storage class in module `torch`. */
export const STORAGES: Readonly<Record<string, ElementType>> = {
  FloatStorage: float(4, (view, i) => view.getFloat32(4 * i, true)),
  DoubleStorage: float(8, (view, i) => view.getFloat64(8 * i, true)),
  HalfStorage: float(2, (view, i) => halfToNumber(view.getUint16(2 * i, true))),
  BFloat16Storage: float(2, (view, i) => bfloat16ToNumber(view.getUint16(2 * i, true))),
  LongStorage: whole(8, (view, i) => view.getBigInt64(8 * i, true)),
  IntStorage: whole(4, (view, i) => BigInt(view.getInt32(4 * i, true))),
  ShortStorage: whole(2, (view, i) => BigInt(view.getInt16(2 * i, true))),
  CharStorage: whole(1, (view, i) => BigInt(view.getInt8(i))),
  ByteStorage: whole(1, (view, i) => BigInt(view.getUint8(i))),
  BoolStorage: whole(1, (view, i) => BigInt(view.getUint8(i))),
}

/** IEEE 754 binary16. */
export function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 31
  const fraction = bits & 1023
  if (exponent === 31) return fraction ? NaN : sign * Infinity
  return sign * (exponent ? (1 + fraction / 1024) * 2 ** (exponent - 15) : fraction * 2 ** -24)
}

const word = new DataView(new ArrayBuffer(4))

/** The upper half of a float32. */
export function bfloat16ToNumber(bits: number): number {
  word.setUint32(0, bits << 16, true)
  return word.getFloat32(0, true)
}
