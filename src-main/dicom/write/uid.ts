import { hash } from 'node:crypto'

/** Stable UID of a content: `2.25.` and the first 128 bits of its sha256 as a decimal (PS3.5 annex B.2). */
export function derivedUid(content: Uint8Array | string): string {
  return `2.25.${BigInt(`0x${hash('sha256', content).slice(0, 32)}`)}`
}

export interface Uids {
  studyInstanceUid: string
  seriesInstanceUid: string
  sopInstanceUid: string
}

/** UIDs of a film that has none, such as a PNG: each file is a study of its own until an import says otherwise. */
export function derivedUids(content: Uint8Array): Uids {
  const sopInstanceUid = derivedUid(content)
  return { studyInstanceUid: derivedUid(`study ${sopInstanceUid}`), seriesInstanceUid: derivedUid(`series ${sopInstanceUid}`), sopInstanceUid }
}
