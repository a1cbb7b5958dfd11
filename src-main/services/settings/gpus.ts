import { execFile } from 'node:child_process'

export interface Gpu {
  index: number
  name: string
  /** Bytes. */
  memoryTotal: number
}

/** NVIDIA GPUs as nvidia-smi lists them; none where it is not installed. */
export function listGpus(): Promise<Gpu[]> {
  return new Promise((resolve) => {
    execFile('nvidia-smi', ['--query-gpu=index,name,memory.total', '--format=csv,noheader,nounits'], { timeout: 5000 }, (error, stdout) => {
      if (error) return resolve([])
      const rows = stdout.trim().split('\n').filter(Boolean)
      resolve(
        rows.map((row) => {
          const [index = '', name = '', mebibytes = ''] = row.split(',').map((cell) => cell.trim())
          return { index: Number(index), name, memoryTotal: Number(mebibytes) * 2 ** 20 }
        }),
      )
    })
  })
}
