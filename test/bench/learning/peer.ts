/** The other side: torch/learning.py, one process a training. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { ModelName } from '#shared/domain/run.ts'
import type { BenchFilms } from './films.ts'

export interface PeerTraining {
  model: ModelName
  /** Safetensors file. */
  start: string
  peak: number
  threads: number
}

/** What torch/learning.py needs besides: the batches as they are, or what to make them of. */
export type PeerBatches =
  | { order: string; total: number }
  | { train: string; validation: string; epochs: number; batch: number; seed: number; out: string }

/** @param listener told each line of the script */
export async function trainPeer(python: string, { pack, labelFile }: BenchFilms, training: PeerTraining & PeerBatches, listener: (said: Record<string, number>) => void): Promise<void> {
  const setting = { pack, labels: labelFile, ...training }
  const child = spawn(python, [join(import.meta.dirname, '../torch/learning.py'), JSON.stringify(setting)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // On shared cores a thread that spins at a barrier takes the time of the thread that it waits for.
    env: { ...process.env, OMP_NUM_THREADS: String(training.threads), PYTHONDONTWRITEBYTECODE: '1', OMP_WAIT_POLICY: 'PASSIVE' },
  })
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors = (errors + text).slice(-4000)))
  const exited = once(child, 'exit')
  for await (const line of createInterface({ input: child.stdout })) listener(JSON.parse(line) as Record<string, number>)
  const [code] = (await exited) as [number | null]
  if (code !== 0) throw new Error(`torch/learning.py ended with ${code}.\n${errors}`)
}
