/**
 * Cross-validation with augmentation: every fold of patients trained by both sides from the same weights, the logits of all folds pooled.
 * One result a training is kept under the cache folder, so that a broken comparison goes on where it stood.
 */
import { createHash } from 'node:crypto'
import { mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { LABELS } from '#shared/domain/labels.ts'
import { readNpy, writeNpy } from '#main/engine/data/npy.ts'
import { torchRandperm } from '#main/engine/data/permutation.ts'
import { writeJson } from '#main/files/whole.ts'
import { bootstrap, macroAuc, type Interval, type Pooled } from './auc.ts'
import { foldsOf, learningFolder, type BenchFilms } from './films.ts'
import { predictOurs, trainOurs, writeStart, type Training } from './ours.ts'
import { trainPeer } from './peer.ts'

export type { Interval } from './auc.ts'

export interface FoldsSetting extends Training {
  folds: number
  seeds: number
  /** Forget the results of earlier calls. */
  fresh: boolean
  /** Numbers of the folds to train now; default all. */
  only?: number[] | undefined
}

type SideName = 'ours' | 'torch'

/** One training. */
interface FoldResult {
  side: SideName
  seed: number
  fold: number
  rows: number[]
  logits: number[]
  losses: number[]
  seconds: number
  date: string
}

export interface FoldsReport {
  done: number
  wanted: number
  labels: number
  ours?: Interval
  torch?: Interval
  /** Ours less torch, of the same bootstrap samples. */
  difference?: Interval
  perSeed: Record<SideName, number[]>
  trainings: Omit<FoldResult, 'rows' | 'logits'>[]
}

/** The folds are the same for every seed of a training. */
const FOLD_SEED = 42

export async function compareFolds(python: string, films: BenchFilms, setting: FoldsSetting): Promise<FoldsReport> {
  const folds = foldsOf(films, setting.folds, (n) => torchRandperm(n, FOLD_SEED))
  const folder = join(learningFolder(), 'folds', keyOf(films, setting))
  if (setting.fresh) await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  const results: FoldResult[] = []
  const wanted = 2 * setting.seeds * setting.folds
  for (let seed = 1; seed <= setting.seeds; seed++) {
    for (const [fold, validation] of folds.entries()) {
      const train = folds.filter((_, i) => i !== fold).flat().sort((a, b) => a - b)
      for (const side of ['ours', 'torch'] as const) {
        const file = join(folder, `${side}-seed${seed}-fold${fold}.json`)
        const kept = await readFile(file, 'utf8').then((text) => JSON.parse(text) as FoldResult).catch(() => undefined)
        if (!kept && setting.only && !setting.only.includes(fold)) continue
        const name = `${side}, seed ${seed}, fold ${fold + 1} of ${setting.folds}`
        process.stderr.write(kept ? `${name}: kept from ${kept.date}\n` : `${name} (${results.length + 1} of ${wanted}) ...\n`)
        const result = kept ?? (await trainFold(python, films, { side, seed, fold, train, validation, name }, { ...setting, seed }))
        if (!kept) await writeJson(file, result)
        results.push(result)
      }
    }
  }
  return reportOf(films, results, wanted, setting)
}

function keyOf({ hash, size }: BenchFilms, { model, epochs, batch, peak, folds }: FoldsSetting): string {
  return createHash('sha256').update(JSON.stringify({ hash, size, model, epochs, batch, peak, folds })).digest('hex').slice(0, 16)
}

interface Fold {
  side: SideName
  seed: number
  fold: number
  train: number[]
  validation: number[]
  name: string
}

async function trainFold(python: string, films: BenchFilms, { side, seed, fold, train, validation, name }: Fold, training: Training): Promise<FoldResult> {
  const began = performance.now()
  const work = join(learningFolder(), `work-${process.pid}`)
  const losses: number[] = []
  const tell = (epoch: number, loss: number): void => {
    losses.push(loss)
    process.stderr.write(`${name}, epoch ${epoch} of ${training.epochs}: ${loss.toFixed(4)}\n`)
  }
  const logits = side === 'ours' ? await oursOf(work, films, { train, validation }, training, tell) : await torchOf(python, work, films, { train, validation }, training, tell)
  await rm(work, { recursive: true, force: true })
  return { side, seed, fold, rows: validation, logits: [...logits], losses, seconds: (performance.now() - began) / 1000, date: new Date().toISOString() }
}

type Parts = { train: number[]; validation: number[] }
type Tell = (epoch: number, loss: number) => void

async function oursOf(work: string, films: BenchFilms, parts: Parts, training: Training, tell: Tell): Promise<Float32Array> {
  await trainOurs(work, films, parts, training, (event) => event.event === 'epoch' && tell(event.epoch, event.trainLoss))
  return predictOurs(work, films, parts.validation, training)
}

async function torchOf(python: string, work: string, films: BenchFilms, parts: Parts, { model, peak, threads, epochs, batch, seed }: Training, tell: Tell): Promise<Float32Array> {
  await mkdir(work, { recursive: true })
  const at = (name: string): string => join(work, name)
  for (const part of ['train', 'validation'] as const) await writeNpy(at(`${part}.npy`), Int32Array.from(parts[part]), [parts[part].length])
  await writeStart(at('start.safetensors'), model, seed)
  const batches = { train: at('train.npy'), validation: at('validation.npy'), epochs, batch, seed, out: at('logits.npy') }
  await trainPeer(python, films, { model, start: at('start.safetensors'), peak, threads, ...batches }, ({ epoch, loss }) => epoch !== undefined && tell(epoch, loss!))
  return (await readNpy(at('logits.npy'))).array as Float32Array
}

async function reportOf(films: BenchFilms, results: FoldResult[], wanted: number, { seeds, folds }: FoldsSetting): Promise<FoldsReport> {
  const pooled = (side: SideName): Pooled[] => {
    const whole = Array.from({ length: seeds }, (_, i) => results.filter((result) => result.side === side && result.seed === i + 1)).filter((own) => own.length === folds)
    return whole.map((own) => {
      const rows = own.flatMap((result) => result.rows)
      return { logits: Float32Array.from(own.flatMap((result) => result.logits)), targets: Uint8Array.from(rows.flatMap((row) => [...films.labels.subarray(row * LABELS.length, (row + 1) * LABELS.length)])), patients: rows.map((row) => films.patients[row]!) }
    })
  }
  const sides = { ours: pooled('ours'), torch: pooled('torch') }
  const trainings = results.map(({ rows: _rows, logits: _logits, ...training }) => training)
  const perSeed = { ours: sides.ours.map((seed) => macroAuc(seed).macro), torch: sides.torch.map((seed) => macroAuc(seed).macro) }
  const labels = sides.ours[0] ? macroAuc(sides.ours[0]).defined : 0
  const complete = sides.ours.length === seeds && sides.torch.length === seeds
  return { done: results.length, wanted, labels, ...(complete && (await bootstrap(sides.ours, sides.torch))), perSeed, trainings }
}
