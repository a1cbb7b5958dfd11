/** How pixel data are coded inside a film. */
export type Coding = 'native' | 'rle' | 'jpeg' | 'jpeg-lossless' | 'jpeg-ls' | 'jpeg-2000' | 'htj2k'

export interface TransferSyntax {
  uid: string
  name: string
  /** Null: we can read the attributes but not the pixels. */
  coding: Coding | null
}

export const IMPLICIT_LE = '1.2.840.10008.1.2'
export const EXPLICIT_LE = '1.2.840.10008.1.2.1'
export const DEFLATED_LE = '1.2.840.10008.1.2.1.99'
/** Frames as items, yet not compressed (PS3.5 A.4.11). */
export const ENCAPSULATED_RAW = '1.2.840.10008.1.2.1.98'
export const EXPLICIT_BE = '1.2.840.10008.1.2.2'

/** PS3.6 table A-1. Those without a coding are named so that an error can say what the film is. */
const KNOWN: Record<string, [name: string, coding: Coding | null]> = {
  [IMPLICIT_LE]: ['Implicit VR Little Endian', 'native'],
  [EXPLICIT_LE]: ['Explicit VR Little Endian', 'native'],
  [DEFLATED_LE]: ['Deflated Explicit VR Little Endian', 'native'],
  [EXPLICIT_BE]: ['Explicit VR Big Endian', 'native'],
  '1.2.840.10008.1.2.5': ['RLE Lossless', 'rle'],
  '1.2.840.10008.1.2.4.50': ['JPEG Baseline (Process 1)', 'jpeg'],
  '1.2.840.10008.1.2.4.51': ['JPEG Extended (Process 2 and 4)', 'jpeg'],
  '1.2.840.10008.1.2.4.57': ['JPEG Lossless (Process 14)', 'jpeg-lossless'],
  '1.2.840.10008.1.2.4.70': ['JPEG Lossless (Process 14, Selection Value 1)', 'jpeg-lossless'],
  '1.2.840.10008.1.2.4.80': ['JPEG-LS Lossless', 'jpeg-ls'],
  '1.2.840.10008.1.2.4.81': ['JPEG-LS Near-Lossless', 'jpeg-ls'],
  '1.2.840.10008.1.2.4.90': ['JPEG 2000 (Lossless Only)', 'jpeg-2000'],
  '1.2.840.10008.1.2.4.91': ['JPEG 2000', 'jpeg-2000'],
  [ENCAPSULATED_RAW]: ['Encapsulated Uncompressed Explicit VR Little Endian', 'native'],
  '1.2.840.10008.1.2.4.92': ['JPEG 2000 Part 2 Multi-component (Lossless Only)', null],
  '1.2.840.10008.1.2.4.93': ['JPEG 2000 Part 2 Multi-component', null],
  '1.2.840.10008.1.2.4.100': ['MPEG2 Main Profile / Main Level', null],
  '1.2.840.10008.1.2.4.101': ['MPEG2 Main Profile / High Level', null],
  '1.2.840.10008.1.2.4.102': ['MPEG-4 AVC/H.264 High Profile / Level 4.1', null],
  '1.2.840.10008.1.2.4.110': ['JPEG XL Lossless', null],
  '1.2.840.10008.1.2.4.112': ['JPEG XL', null],
  '1.2.840.10008.1.2.4.201': ['High-Throughput JPEG 2000 (Lossless Only)', 'htj2k'],
  '1.2.840.10008.1.2.4.202': ['High-Throughput JPEG 2000 with RPCL Options (Lossless Only)', 'htj2k'],
  '1.2.840.10008.1.2.4.203': ['High-Throughput JPEG 2000', 'htj2k'],
}

const LOSSY = new Set(['50', '51', '81', '91', '203'].map((last) => `1.2.840.10008.1.2.4.${last}`))

export function transferSyntax(uid: string): TransferSyntax {
  const [name, coding] = KNOWN[uid] ?? ['unknown transfer syntax', null]
  return { uid, name, coding }
}

/** Whether the syntax itself can lose detail, whatever (0028,2110) claims. JPEG 2000 (.91) may still be reversible. */
export const isLossySyntax = (uid: string): boolean => LOSSY.has(uid)
