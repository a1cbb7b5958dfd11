/** The input pipeline: how fast rows come off a pack, and what share of the time the training step waits for them. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs'
import { LABELS } from '#shared/domain/labels.ts'
import { Films } from '#main/engine/data/films.ts'
import { Mersenne } from '#main/engine/data/mersenne.ts'
import { NpyWriter, writeNpy } from '#main/engine/data/npy.ts'
import type { RunPlan } from '#main/engine/plan.ts'
import { architecture } from '#main/engine/model/architecture.ts'
import { initialise } from '#main/engine/model/initialise.ts'
import { openRuntime } from '#main/engine/runtime/runtime.ts'
import { controlsOf } from '#main/engine/training/adamw.ts'
import { Feed } from '#main/engine/training/feed.ts'
import { Parameters } from '#main/engine/training/parameters.ts'
import { compileTrainStep, seedOf } from '#main/engine/training/step.ts'
import { serve, setting } from '../serve.ts'
import type { TrainSetting } from './train.ts'

const FILMS = 512
const STEPS = 6

const { batch, size, threads, bf16 } = setting<TrainSetting>()
const folder = await mkdtemp(join(tmpdir(), 'xclassifier-bench-'))
try {
  await using films = await pack()
  const imagesPerSecond = await readAll(films)
  await serve({ imagesPerSecond, idleShare: await idleShare(films) }, () => Promise.resolve())
} finally {
  await rm(folder, { recursive: true, force: true })
}
process.exit(0)

async function pack(): Promise<Films> {
  const random = new Mersenne(7)
  const writer = await NpyWriter.create(join(folder, 'pack.npy'), 'uint8', [size, size])
  for (let film = 0; film < FILMS; film++) await writer.append(Uint8Array.from({ length: size * size }, () => 256 * random.uniform()))
  await writer.close()
  await writeNpy(join(folder, 'labels.npy'), new Uint8Array(FILMS * LABELS.length), [FILMS, LABELS.length])
  await writeNpy(join(folder, 'split.npy'), Uint8Array.from({ length: FILMS }, (_, i) => Number(i % 8 === 7)), [FILMS])
  const files = { pack: join(folder, 'pack.npy'), labels: join(folder, 'labels.npy'), split: join(folder, 'split.npy') }
  return Films.open({ ...files, config: { size } } as RunPlan)
}

/** Images a second off the pack, in shuffled batches, out of the page cache. */
async function readAll(films: Films): Promise<number> {
  const rows = films.train.toSorted((a, b) => ((a * 7919) % FILMS) - ((b * 7919) % FILMS))
  const began = performance.now()
  for (let i = 0; i + batch <= rows.length; i += batch) await films.batch(rows.subarray(i, i + batch))
  return (1000 * (rows.length - (rows.length % batch))) / (performance.now() - began)
}

/** Share of the wall time in which the step waits for its batch, each batch read while the step before it runs. */
async function idleShare(films: Films): Promise<number> {
  const runtime = await openRuntime({ threads: { intra: threads, inter: 1 } })
  const net = architecture({ model: 'densenetblur121d', head: 'linear' })
  const parameters = new Parameters(net, { network: initialise(net, 1) })
  const step = compileTrainStep({ net, parameters, collectives: runtime.collectives, frozen: false, augment: true, white: 255, stage: 0, bf16 })
  const feed = new Feed(films, 1, { ranks: 1, rank: 0, batch })
  const place = (offset: number) => ({ stage: 0, stepInStage: offset, epoch: 1, offset, rates: { momentum: 0.9, groups: [1e-4, 1e-4, 1e-4] } })
  let [waited, total] = [0, 0]
  let pending = feed.read(place(0))
  for (let i = 0; i <= STEPS; i++) {
    const began = performance.now()
    const ready = await pending
    const waiting = performance.now() - began
    pending = feed.read(place(i + 1))
    const { pixels, targets } = films.upload(ready)
    const rest = [tf.tensor1d(controlsOf(place(i).rates, i + 1)), tf.tensor1d(seedOf(1, i, { rank: 0, ranks: 1 }), 'int32'), tf.scalar(0)] as const
    const { own, all } = await step(pixels, targets, ...rest)
    await own.data()
    tf.dispose([pixels, targets, ...rest, own, all])
    if (i === 0) continue // traces and compiles
    waited += waiting
    total += performance.now() - began
  }
  await pending
  return waited / total
}
