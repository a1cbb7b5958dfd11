import type { DataSet, Element } from 'dicom-parser'

/**
 * The coded bytes of one encapsulated frame, its fragments joined (PS3.5 section A.4): by the Basic Offset Table where there is one,
 * one fragment a frame where the counts agree, and else by the start markers of the streams.
 * @returns null when the file holds no such frame
 */
export function encapsulatedFrame(dataSet: DataSet, element: Element, index: number, frames: number): Uint8Array | null {
  const fragments = element.fragments ?? []
  const starts = frameStarts(dataSet, element, frames)
  const from = starts[index]
  if (from === undefined) return null
  const parts = fragments.slice(from, starts[index + 1] ?? fragments.length)
  const bytes = parts.map(({ position, length }) => dataSet.byteArray.subarray(position, position + length))
  return bytes.length === 1 ? bytes[0]! : new Uint8Array(Buffer.concat(bytes))
}

/** Index of the first fragment of each frame. */
function frameStarts(dataSet: DataSet, element: Element, frames: number): number[] {
  const fragments = element.fragments ?? []
  if (frames === 1) return fragments.length ? [0] : []
  if (fragments.length === frames) return fragments.map((_, i) => i)
  const byOffset = startsByOffset(element, frames)
  return byOffset ?? fragments.flatMap(({ position }, i) => (startsStream(dataSet.byteArray, position) ? [i] : []))
}

/** Null where the table does not name the start of a fragment for every frame. */
function startsByOffset({ fragments = [], basicOffsetTable = [] }: Element, frames: number): number[] | null {
  if (basicOffsetTable.length !== frames) return null
  const at = new Map(fragments.map(({ offset }, i) => [offset, i]))
  const starts = basicOffsetTable.flatMap((offset) => at.get(offset) ?? [])
  return starts.length === frames && starts.every((start, i) => i === 0 || start > starts[i - 1]!) ? starts : null
}

/** SOI of JPEG and JPEG-LS, SOC of JPEG 2000. */
const startsStream = (bytes: Uint8Array, at: number) => bytes[at] === 0xff && (bytes[at + 1] === 0xd8 || bytes[at + 1] === 0x4f)
