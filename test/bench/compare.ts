/** The comparisons, each a pair (or more) of sides measured in turn. */
import { join } from 'node:path'
import { interleave, type Figures, type Plan } from './interleave.ts'
import { ours, ranks, torch } from './sides.ts'

export interface Context {
  python: string
  threads: number
  batch: number
  size: number
  plan: Plan
}

export interface TrainFigures {
  ours: Figures
  torch: Figures
  /** Best matrix product of the same minutes, GFLOP/s. */
  gemm: number
  /** FLOP of one image's step, by PyTorch's counter. */
  flops: number
}

/** One training step of the same network, batch and optimiser. */
export async function train({ python, threads, batch, size, plan }: Context, bf16: boolean): Promise<TrainFigures> {
  const setting = { batch, size, threads, bf16 }
  const [gemms, flops] = [[] as number[], [] as number[]]
  const figures = await interleave({ ours: ours('train', setting), torch: torch(python, 'train', setting) }, plan, async (sides) => {
    gemms.push((await sides.torch.ask({ gemm: 1 })).gflops!)
    if (!flops.length) flops.push((await sides.torch.ask({ flops: 1 })).flops!)
  })
  return { ...figures, gemm: Math.max(...gemms), flops: flops[0]! }
}

/** Prediction from pixels in memory. */
export function predict({ python, threads, size, plan }: Context, batch: number): Promise<Record<'ours' | 'torch', Figures>> {
  const setting = { batch, size, threads }
  const each = batch === 1 ? 20 : 3
  return interleave({ ours: ours('predict', setting), torch: torch(python, 'predict', setting) }, { ...plan, steps: plan.steps * each, warmUp: each })
}

/** One film from its DICOM file to probabilities and maps. */
export async function predictFile({ threads, size, plan }: Context): Promise<Figures> {
  const film = join(import.meta.dirname, '../../resources/samples/studies/sample-002.dcm')
  return (await interleave({ ours: ours('predict', { batch: 1, size, threads, film }) }, { ...plan, steps: plan.steps * 10, warmUp: 5 })).ours
}

/** What a step costs besides arithmetic: 32x32, one film. PyTorch cannot normalise over the one value that is left, hence 64x64 there and here. */
export function overhead({ python, threads, plan }: Context): Promise<Record<'ours' | 'torch', Figures>> {
  const setting = { batch: 1, size: 64, threads }
  return interleave({ ours: ours('train', setting), torch: torch(python, 'train', setting) }, { ...plan, steps: plan.steps * 5, warmUp: 3 })
}

/** Mean of 28 MB, the network's gradients, over two processes. */
export async function allReduce({ python, plan }: Context): Promise<Record<'ours' | 'torch', Figures>> {
  const bytes = 28 * 2 ** 20
  const sides = {
    ours: await ranks((setting) => ours('reduce', { ...setting, bytes }), 2),
    torch: await ranks((setting) => torch(python, 'reduce', { ...setting, bytes, threads: 1 } as { threads: number }), 2),
  }
  return interleave(sides, { ...plan, steps: plan.steps * 10, warmUp: 3 })
}

/** Two workers of one thread against one worker of two, at the same global batch. */
export async function ddp2({ threads, batch, size, plan }: Context): Promise<Record<'two' | 'one', Figures>> {
  const half = { batch: batch / 2, size, threads: Math.max(1, Math.floor(threads / 2)) }
  return interleave({ two: await ranks((setting) => ours('train', { ...setting, ...half }), 2), one: ours('train', { batch, size, threads }) }, plan)
}

/** Pack reading and the share of the time that the step waits for it; in `ready` of the figures. */
export async function feed({ threads, batch, size }: Context, bf16: boolean): Promise<Figures['ready']> {
  return (await interleave({ ours: ours('feed', { batch, size, threads, bf16 }) }, { rounds: 1, steps: 1, warmUp: 0 })).ours.ready
}

const PACKED = 4096

/** Images a second that the pack reader gives, by the median of its steps. */
export async function pack({ batch, size, plan }: Context): Promise<number> {
  const { reader } = await interleave({ reader: ours('pack', { films: PACKED, size, batch }) }, { ...plan, steps: 5 })
  return PACKED / reader.median
}
