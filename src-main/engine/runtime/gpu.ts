import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** Compute capability from which an NVIDIA GPU multiplies bfloat16 in hardware (Ampere). */
const BF16_CAPABILITY = 8

type Query = (fields: string) => Promise<string>

const nvidiaSmi: Query = async (fields) =>
  (await promisify(execFile)('nvidia-smi', [`--query-gpu=${fields}`, '--format=csv,noheader,nounits'], { timeout: 5000 })).stdout

/** Whether the GPU of this index of nvidia-smi has bfloat16 in hardware; no where that cannot be told. */
export async function gpuHasBf16(gpu: number, query = nvidiaSmi): Promise<boolean> {
  try {
    const rows = (await query('index,compute_cap')).trim().split('\n').map((row) => row.split(',').map(Number))
    return rows.some(([index, capability = 0]) => index === gpu && capability >= BF16_CAPABILITY)
  } catch {
    return false
  }
}
