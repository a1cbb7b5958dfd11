import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { peersPython } from '../../bench/peers.ts'

export const PACKAGES = ['pydicom==3.0.2', 'pylibjpeg[all]==2.1.0', 'numpy==2.4.6', 'pillow==13.0.0']

/** What decode_peer.py says of one file. */
export interface PeerFile {
  path: string
  /** Below pydicom's data folder. */
  name: string
  patient: string | null
  frames: number
  outcome: 'decoded' | 'refused' | 'no image'
  reason?: string
  /** File of float64 samples, all frames. */
  pixels?: string
}

/** Every test file of pydicom's wheel, decoded by pydicom into `folder`. */
export async function peerFiles(folder: string): Promise<PeerFile[]> {
  const python = await peersPython('dicom', PACKAGES)
  const { status, stdout, stderr } = spawnSync(python, [join(import.meta.dirname, 'decode_peer.py'), folder], { encoding: 'utf8', maxBuffer: 1 << 26 })
  if (status !== 0) throw new Error(`decode_peer.py ended with ${status}\n${stderr}`)
  return stdout.trim().split('\n').map((line) => JSON.parse(line) as PeerFile)
}

export function peerPixels({ pixels }: PeerFile): Float64Array {
  const { buffer, byteOffset, byteLength } = readFileSync(pixels!)
  return new Float64Array(buffer.slice(byteOffset, byteOffset + byteLength))
}
