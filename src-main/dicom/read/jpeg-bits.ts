/** Codes of one Huffman table by the next 16 bits of the stream: code length in the high byte, symbol in the low one; 0 for no code (T.81 annex C). */
export type HuffmanTable = Uint16Array

/** Tables of a DHT segment. @throws RangeError for one that is cut off or has more codes than there are */
export function readHuffman(body: Uint8Array, dc: HuffmanTable[], ac: HuffmanTable[]): void {
  for (let at = 0; at + 17 <= body.length; ) {
    const into = body[at]! >> 4 ? ac : dc
    const id = body[at]! & 15
    const counts = body.subarray(at + 1, at + 17)
    at += 17
    const table = new Uint16Array(65536)
    let code = 0
    for (let length = 1; length <= 16; length++) {
      const span = 1 << (16 - length)
      for (let i = 0; i < counts[length - 1]!; i++, code += span) {
        if (at >= body.length || code + span > 65536) throw new RangeError('a JPEG Huffman table is broken')
        table.fill((length << 8) | body[at++]!, code, code + span)
      }
    }
    into[id] = table
  }
}

/** Bits of entropy-coded data, most significant first; a zero byte after 0xff is stuffing (T.81 F.1.2.3). */
export class BitReader {
  readonly #data: Uint8Array
  #at: number
  #held = 0
  #count = 0
  #past = 0

  constructor(data: Uint8Array, at: number) {
    this.#data = data
    this.#at = at
  }

  symbol(table: HuffmanTable): number {
    this.#need(16)
    const entry = table[(this.#held >>> (this.#count - 16)) & 0xffff]!
    if (!entry) throw new RangeError('the JPEG data hold a code that no table has')
    this.#count -= entry >> 8
    return entry & 255
  }

  /** `size` bits as a signed value (T.81 F.2.2.1, EXTEND). */
  signed(size: number): number {
    if (!size) return 0
    this.#need(size)
    this.#count -= size
    const value = (this.#held >>> this.#count) & ((1 << size) - 1)
    return value < 1 << (size - 1) ? value - (1 << size) + 1 : value
  }

  /** To the data behind the next restart marker. */
  restart(): void {
    this.#held = this.#count = 0
    this.#at = this.#marker() + 2
  }

  /** Where the next marker stands: the segments behind a scan begin there. */
  end(): number {
    return this.#marker()
  }

  #marker(): number {
    let at = this.#at
    while (at + 1 < this.#data.length && !(this.#data[at] === 0xff && this.#data[at + 1] !== 0 && this.#data[at + 1] !== 0xff)) at++
    return at
  }

  /** At the end of the data zeros follow, which the last code may need; far past it the stream was cut off. */
  #need(count: number): void {
    while (this.#count < count) {
      const byte = this.#data[this.#at]
      if (byte === undefined || (byte === 0xff && this.#data[this.#at + 1] !== 0)) {
        if (++this.#past > 64) throw new RangeError('the JPEG data end too early')
        this.#held = (this.#held << 8) >>> 0
      } else {
        this.#held = ((this.#held << 8) | byte) >>> 0
        this.#at += byte === 0xff ? 2 : 1
      }
      this.#count += 8
    }
  }
}
