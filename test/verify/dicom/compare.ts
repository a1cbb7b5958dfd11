import { readFileSync } from 'node:fs'
import { CodedError } from '#shared/errors.ts'
import { decodeFrame, openDicom } from '#main/dicom/index.ts'
import type { DicomFile } from '#main/dicom/index.ts'
import { peerPixels } from './peer.ts'
import type { PeerFile } from './peer.ts'

/** What became of one file, in comparison with the peer. */
export interface Row {
  name: string
  syntax: string
  image: string
  outcome: 'equal' | 'close' | 'differs' | 'refused' | 'no image' | 'more'
  detail: string
  seconds: number
}

/** Of one grey level of 255; and the share of samples that must lie within it where the coding is lossy. */
const LEVEL = 1
const SHARE = 0.999

export async function compare(peer: PeerFile): Promise<Row> {
  const began = performance.now()
  const seconds = (): number => (performance.now() - began) / 1000
  const row: Row = { name: peer.name, syntax: '', image: '', outcome: 'no image', detail: '', seconds: 0 }
  try {
    const dicom = openDicom(new Uint8Array(readFileSync(peer.path)), peer.path)
    Object.assign(row, described(dicom))
    const samples = await allFrames(dicom)
    const judged = peer.outcome === 'decoded' ? judge(samples.values, peerPixels(peer), samples.top) : { outcome: 'more' as const, detail: `pydicom: ${peer.reason ?? peer.outcome}` }
    return { ...row, ...judged, seconds: seconds() }
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    const none = error.code === 'NO_PIXEL_DATA' || (error.code === 'NOT_DICOM' && peer.outcome === 'no image')
    return { ...row, outcome: none ? 'no image' : 'refused', detail: `\`${error.code}\`: ${error.message}`, seconds: seconds() }
  }
}

function described({ film, transferSyntax }: DicomFile): Pick<Row, 'syntax' | 'image'> {
  const { columns, rows, frames, samples, bitsAllocated, bitsStored, signed, photometric } = film
  const parts = [`${columns}x${rows}${samples > 1 ? `x${samples}` : ''}`, frames > 1 ? `${frames} frames` : '', `${bitsStored} of ${bitsAllocated} bits${signed ? ' signed' : ''}`, photometric]
  return { syntax: transferSyntax.name, image: parts.filter(Boolean).join(', ') }
}

async function allFrames(dicom: DicomFile): Promise<{ values: Float64Array; top: number }> {
  const parts: number[][] = []
  let top = 1
  for (let i = 0; i < dicom.film.frames; i++) {
    const { pixels, bits } = await decodeFrame(dicom, i)
    parts.push(Array.from(pixels))
    top = 2 ** bits - 1
  }
  return { values: Float64Array.from(parts.flat()), top }
}

function judge(ours: Float64Array, theirs: Float64Array, top: number): Pick<Row, 'outcome' | 'detail'> {
  if (ours.length !== theirs.length) return { outcome: 'differs', detail: `${ours.length} samples, pydicom has ${theirs.length}` }
  let most = 0
  let beyond = 0
  for (let i = 0; i < ours.length; i++) {
    const levels = (Math.abs(ours[i]! - theirs[i]!) / top) * 255
    most = Math.max(most, levels)
    if (levels > LEVEL + 1e-9) beyond++
  }
  if (most === 0) return { outcome: 'equal', detail: '' }
  const share = 1 - beyond / ours.length
  const detail = `${(100 * share).toFixed(share < 1 ? 3 : 0)} % within ${LEVEL} level of 255, largest difference ${most.toFixed(2)}`
  return { outcome: share >= SHARE ? 'close' : 'differs', detail }
}
