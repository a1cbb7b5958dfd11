import { CodedError } from '#shared/errors.ts'

/** In bytes; the longest that PyTorch writes has ten. */
const LONGEST_INTEGER = 64

/** A cursor over the bytes of a pickle; what would lie past their end is refused. */
export class PickleBytes {
  at: number
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #file: string

  constructor(bytes: Uint8Array, at: number, file: string) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#file = file
    this.at = at
  }

  refuse(why: string): CodedError {
    return new CodedError('WEIGHTS_FORMAT', `${this.#file} is not a PyTorch file we can read: ${why}.`, { file: this.#file })
  }

  take(count: number): Uint8Array {
    const start = this.#step(count)
    return this.#bytes.subarray(start, start + count)
  }

  u8(): number {
    return this.#view.getUint8(this.#step(1))
  }

  u16(): number {
    return this.#view.getUint16(this.#step(2), true)
  }

  u32(): number {
    return this.#view.getUint32(this.#step(4), true)
  }

  i32(): number {
    return this.#view.getInt32(this.#step(4), true)
  }

  u64(): number {
    return Number(this.#view.getBigUint64(this.#step(8), true))
  }

  /** Big-endian, unlike the rest. */
  f64(): number {
    return this.#view.getFloat64(this.#step(8), false)
  }

  /** Little-endian two's complement of any length. A number where it is exact, else a bigint. */
  long(length: number): number | bigint {
    if (length > LONGEST_INTEGER) throw this.refuse(`its pickle has a whole number of ${length} bytes`)
    const bytes = this.take(length)
    let value = 0n
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]!)
    if (length && bytes[length - 1]! & 0x80) value -= 1n << BigInt(8 * length)
    return Number.isSafeInteger(Number(value)) ? Number(value) : value
  }

  utf8(length: number): string {
    return new TextDecoder().decode(this.take(length))
  }

  latin1(length: number): string {
    return Buffer.from(this.take(length)).toString('latin1')
  }

  /** Up to the next line feed, which goes. */
  line(): string {
    const end = this.#bytes.indexOf(0x0a, this.at)
    if (end < 0) throw this.refuse('its pickle is cut off')
    const text = this.utf8(end - this.at)
    this.at++
    return text
  }

  protocol(): void {
    const version = this.u8()
    if (version > 5) throw this.refuse(`its pickle has protocol ${version}`)
  }

  #step(count: number): number {
    const start = this.at
    if (!(count >= 0 && start + count <= this.#bytes.length)) throw this.refuse('its pickle is cut off')
    this.at += count
    return start
  }
}
