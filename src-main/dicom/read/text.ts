/**
 * Character sets of PS3.3 C.12.1.1.2 and their code extensions (ISO 2022, PS3.5 section 6.1.2.5),
 * on top of TextDecoder, which knows every encoding named here.
 */
const ESC = 0x1b

const BY_TERM: Record<string, string> = {
  'ISO_IR 100': 'iso-8859-1', 'ISO_IR 101': 'iso-8859-2', 'ISO_IR 109': 'iso-8859-3', 'ISO_IR 110': 'iso-8859-4',
  'ISO_IR 144': 'iso-8859-5', 'ISO_IR 127': 'iso-8859-6', 'ISO_IR 126': 'iso-8859-7', 'ISO_IR 138': 'iso-8859-8',
  'ISO_IR 148': 'iso-8859-9', 'ISO_IR 203': 'iso-8859-15', 'ISO_IR 166': 'windows-874', 'ISO_IR 13': 'shift_jis',
  'ISO_IR 192': 'utf-8', 'GB18030': 'gb18030', 'GBK': 'gbk',
}

/** Escape sequence (without ESC) -> encoding of what follows it. */
const BY_ESCAPE: Record<string, string> = {
  '(B': 'iso-8859-1', '-A': 'iso-8859-1', '-B': 'iso-8859-2', '-C': 'iso-8859-3', '-D': 'iso-8859-4', '-L': 'iso-8859-5',
  '-G': 'iso-8859-6', '-F': 'iso-8859-7', '-H': 'iso-8859-8', '-M': 'iso-8859-9', '-b': 'iso-8859-15', '-T': 'windows-874',
  '(J': 'shift_jis', ')I': 'shift_jis', '$)C': 'euc-kr', '$)A': 'gbk', '$B': 'jis x 0208', '$(D': 'jis x 0212',
}

export type TextOf = (bytes: Uint8Array) => string

/** Decoder for the values of Specific Character Set (0008,0005); unknown terms fall back to what the bytes look like. */
export function textDecoder(terms: string[]): TextOf {
  const first = BY_TERM[(terms[0] ?? '').replace('ISO 2022 IR', 'ISO_IR').trim()]
  return (bytes) => {
    if (bytes.every((byte) => byte < 128 && byte !== ESC)) return decode(bytes, 'iso-8859-1')
    const initial = first ?? (isUtf8(bytes) ? 'utf-8' : 'iso-8859-1')
    return bytes.includes(ESC) ? decodeExtended(bytes, initial) : decode(bytes, initial)
  }
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return true
  } catch {
    return false
  }
}

function decode(bytes: Uint8Array, encoding: string): string {
  // Two-byte sets reached by escapes hold 7-bit pairs: lifted into the upper half they are plain EUC-JP.
  if (encoding === 'jis x 0208') return new TextDecoder('euc-jp').decode(bytes.map((byte) => byte | 0x80))
  if (encoding === 'jis x 0212') {
    const triples = Array.from({ length: bytes.length >> 1 }, (_, i) => [0x8f, bytes[2 * i]! | 0x80, bytes[2 * i + 1]! | 0x80])
    return new TextDecoder('euc-jp').decode(Uint8Array.from(triples.flat()))
  }
  return new TextDecoder(encoding).decode(bytes)
}

/** Decodes run by run; the delimiters of PN and of multiple values end an escape's reach (PS3.5 section 6.1.2.5.3). */
function decodeExtended(bytes: Uint8Array, initial: string): string {
  let text = ''
  let encoding = initial
  let start = 0
  const flush = (end: number) => {
    if (end > start) text += decode(bytes.subarray(start, end), encoding)
  }
  for (let i = 0; i < bytes.length; ) {
    const escape = bytes[i] === ESC ? escapeAt(bytes, i + 1) : undefined
    if (escape) {
      flush(i)
      encoding = BY_ESCAPE[escape]!
      start = i += 1 + escape.length
    } else if ((bytes[i] === 0x5e || bytes[i] === 0x3d || bytes[i] === 0x5c) && !encoding.startsWith('jis')) {
      flush(i)
      text += String.fromCharCode(bytes[i]!)
      encoding = initial
      start = i += 1
    } else i++
  }
  flush(bytes.length)
  return text
}

function escapeAt(bytes: Uint8Array, at: number): string | undefined {
  const next = String.fromCharCode(...bytes.subarray(at, at + 3))
  return [next, next.slice(0, 2)].find((sequence) => sequence in BY_ESCAPE)
}
