/**
 * From identical weights and batches, without augmentation or dropout, in float32: how far our loss is from torch + timm's over the first
 * steps, beside how far torch is from itself with other thread counts. Sums of floats depend on their order, and training magnifies that.
 */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { writeNpy } from '#main/engine/data/npy.ts'
import { torchRandperm } from '#main/engine/data/permutation.ts'
import { stepsPerEpoch, trainingShard } from '#main/engine/data/sampler.ts'
import { placeOf, stages, totalSteps } from '#main/engine/training/schedule.ts'
import { foldsOf, learningFolder, type BenchFilms } from './films.ts'
import { trainOurs, writeStart, type Training } from './ours.ts'
import { trainPeer } from './peer.ts'

export interface StepsSetting extends Training {
  steps: number
  /** Thread counts of torch; the first is that of the comparison. */
  peerThreads: number[]
}

export interface StepsReport {
  steps: number
  /** Of both sides in `difference`. */
  threads: number
  /** Loss of each step: ours, and torch's by thread count. */
  ours: number[]
  torch: Record<number, number[]>
  /** |ours - torch| / torch of each step, torch with as many threads as ours. */
  difference: number[]
  /** The greatest such difference between two of torch's thread counts, of each step. */
  torchItself: number[]
  worst: { ours: number; torch: number }
  /** In every step: ours <= torch itself + 1 %. */
  holds: boolean
  /** Greatest difference of the two sides' rates, relative. */
  rates: number
}

const TOLERANCE = 0.01

export async function compareSteps(python: string, films: BenchFilms, setting: StepsSetting): Promise<StepsReport> {
  const { steps, batch, seed, model, peak, peerThreads } = setting
  const folder = join(learningFolder(), `steps-${process.pid}`)
  const [validation = [], ...others] = foldsOf(films, 5, (n) => torchRandperm(n, seed))
  const train = others.flat().sort((a, b) => a - b)
  const perEpoch = stepsPerEpoch(train.length, { ranks: 1, batch })
  const training = { ...setting, augment: false, epochs: Math.ceil(steps / perEpoch), maxSteps: steps }

  const ours: number[] = []
  const rates: number[] = []
  await trainOurs(join(folder, 'run'), films, { train, validation }, training, (event) => {
    if (event.event !== 'step') return
    ours.push(event.loss)
    rates.push(event.lr)
    process.stderr.write(`ours ${event.step}: ${event.loss.toFixed(6)}\n`)
  })

  const start = join(folder, 'start.safetensors')
  await writeStart(start, model, seed)
  const plan = stages({ preset: 'as-described', epochs: training.epochs, lr: peak, pretrained: false })
  const order = join(folder, 'order.npy')
  await writeNpy(order, ordered(train, plan, { perEpoch, ...setting }), [steps, batch])
  const torch: Record<number, number[]> = {}
  let rateDifference = 0
  for (const threads of peerThreads) {
    const losses: number[] = (torch[threads] = [])
    await trainPeer(python, films, { model, start, peak, threads, order, total: totalSteps(plan, perEpoch) }, ({ step, loss, rate }) => {
      if (step === undefined) return
      losses.push(loss!)
      rateDifference = Math.max(rateDifference, Math.abs(rate! / rates[step - 1]! - 1))
      process.stderr.write(`torch, ${threads} threads ${step}: ${loss!.toFixed(6)}\n`)
    })
  }
  await rm(folder, { recursive: true, force: true })
  return { ...judge(ours, torch, peerThreads), rates: rateDifference }
}

/** Rows of each batch as our feed takes them, [steps, batch]. */
function ordered(train: readonly number[], plan: ReturnType<typeof stages>, { perEpoch, steps, batch, seed }: { perEpoch: number } & Pick<StepsSetting, 'steps' | 'batch' | 'seed'>): Int32Array {
  const order = new Int32Array(steps * batch)
  for (let step = 0; step < steps; step++) {
    const { epoch, offset } = placeOf(step, plan, perEpoch)!
    const { rows } = trainingShard(Int32Array.from(train), epoch, seed, { ranks: 1, rank: 0, batch })
    order.set(rows.subarray(offset * batch, (offset + 1) * batch), step * batch)
  }
  return order
}

function judge(ours: number[], torch: Record<number, number[]>, threads: readonly number[]): Omit<StepsReport, 'rates'> {
  const reference = torch[threads[0]!]!
  const apart = (a: number, b: number): number => Math.abs(a - b) / Math.abs(b)
  const difference = ours.map((loss, i) => apart(loss, reference[i]!))
  const runs = Object.values(torch)
  const torchItself = ours.map((_, i) => Math.max(0, ...runs.flatMap((a) => runs.map((b) => apart(a[i]!, b[i]!)))))
  const holds = ours.length === reference.length && difference.every((d, i) => d <= torchItself[i]! + TOLERANCE)
  return { steps: ours.length, threads: threads[0]!, ours, torch, difference, torchItself, worst: { ours: Math.max(...difference), torch: Math.max(...torchItself) }, holds }
}
