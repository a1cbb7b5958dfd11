import { openDicom } from '#main/dicom/index.ts'

/** Where an element of the data set lies in its file. */
export interface Place {
  tag: string
  /** Of its tag. */
  start: number
  value: number
  end: number
  /** Explicit VRs have letters behind the tag. */
  vr: string | undefined
  /** Bytes of the length field, and where it is. */
  length: { at: number; size: 2 | 4 }
  fragments: { position: number; length: number }[]
}

const LONG = new Set(['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'SQ', 'SV', 'UC', 'UN', 'UR', 'UT', 'UV'])

/** Elements of an intact file, in its order; empty for what is no plain DICOM file (deflated, or a picture). */
export function elementsOf(bytes: Uint8Array): Place[] {
  try {
    const { dataSet } = openDicom(bytes, 'intact')
    // Offsets must mean the file itself, not a copy with its preamble added.
    if (dataSet.byteArray.length !== bytes.length) return []
    return Object.values(dataSet.elements)
      .map(({ tag, vr, dataOffset, length, fragments = [] }): Place => {
        const size = vr && !LONG.has(vr) ? 2 : 4
        return { tag, vr, value: dataOffset, end: dataOffset + length, length: { at: dataOffset - size, size }, start: dataOffset - (vr && size === 4 ? 12 : 8), fragments }
      })
      .sort((a, b) => a.start - b.start)
  } catch {
    return []
  }
}
