import { mkdir, readFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { LABELS } from '#shared/domain/labels.ts'
import type { RunLabels } from '#shared/domain/labelEdits.ts'
import type { DuplicateLeak } from '#shared/domain/quality.ts'
import type { RunConfig, TrainEvent } from '#shared/domain/run.ts'
import { CodedError } from '#shared/errors.ts'
import { hashFiles, writeNpy } from '#main/engine/data/npy.ts'
import { encodePatients, PATIENT_FEATURES, patientOf } from '#main/engine/data/patient.ts'
import { TRAIN, VALIDATION } from '#main/engine/data/split.ts'
import { PLAN_FILE } from '#main/engine/plan.ts'
import type { RunPlan } from '#main/engine/plan.ts'
import { writeJson, writeWhole } from '#main/files/whole.ts'
import type { Store } from '#main/store/index.ts'
import { hashOfLabels } from '#main/store/repositories/labels.ts'
import type { StoredDataset } from '#main/store/repositories/datasets.ts'
import type { StoredSplit } from '#main/store/repositories/splits.ts'
import { duplicateLeak } from '../datasets/quality/leaks.ts'
import { splitDataset } from '../datasets/splitting.ts'
import type { Folders } from '../folders.ts'
import type { SettingsService } from '../settings/settings.ts'
import { imagenetWeights } from './machine.ts'
import type { RunRecorder } from './recorder.ts'
import { partsOf, targetsOf } from '../datasets/targets.ts'

/** What a run needs of the packs of a data set. */
export interface Packs {
  /** The pack of a data set at a size, made where it is missing. `unreadable`: rows whose film could not be read. */
  ensure(
    dataset: string,
    size: number,
    options: { signal: AbortSignal; progress(done: number, total: number): void },
  ): Promise<{ file: string; unreadable: ReadonlySet<number> }>
}

/** Why the published script needs no further word for its leak. */
const PAPER_REASON = 'The published script splits by image; patients leak across its split.'
const SAY_EVERY_MS = 2000

/** Turns a run's configuration into the files that the trainer processes read. */
export class RunPreparation {
  readonly #store: Store
  readonly #folders: Folders
  readonly #settings: SettingsService
  readonly #packs: Packs

  constructor(store: Store, folders: Folders, settings: SettingsService, packs: Packs) {
    this.#store = store
    this.#folders = folders
    this.#settings = settings
    this.#packs = packs
  }

  /**
   * The split of a run, refused when patients leak and the user has not said why that is acceptable.
   * @throws NO_FILMS, LEAKAGE, SPLIT_NO_LIST
   */
  split(dataset: StoredDataset, config: RunConfig): { split: StoredSplit; config: RunConfig } {
    if (!dataset.hasFiles) throw new CodedError('NO_FILMS', `The data set "${dataset.name}" has labels only.`, { remedy: 'Import the folder that holds its films.' })
    const released = config.split === 'image' && config.preset === 'as-released'
    const request = { by: config.split, seed: config.splitSeed, ratios: config.ratios, policy: config.policy, ...(released && { preset: config.preset }) }
    const split = splitDataset(this.#store, dataset, request)
    const allowLeakage = config.allowLeakage ?? (released ? PAPER_REASON : undefined)
    if (split.leakage.patients > 0 && !allowLeakage) throw leakageError(split)
    const duplicates = duplicateLeak(this.#store, split)
    if (duplicates.share > 0 && !allowLeakage) throw duplicatesError(duplicates)
    return { split, config: { ...config, ...(allowLeakage && { allowLeakage }) } }
  }

  /** Make the pack where it is missing, and write labels, split and plan. A resumed run keeps the files it began with; how many workers share its steps may have changed. */
  async prepare(run: string, folder: string, resume: boolean, recorder: RunRecorder, signal: AbortSignal): Promise<void> {
    const { config, split } = this.#store.runs.get(run)
    if (resume && existsSync(join(folder, PLAN_FILE))) return spreadPlan(folder, config)
    const labels = await this.write({ run, config, split: split! }, folder, (event) => recorder.record(event), signal)
    this.#store.runs.update(run, { labels })
  }

  /** As `prepare`, of a run that need not be in the library. @returns what it will learn from */
  async write({ run, config, split: splitId, ...rest }: Pick<RunPlan, 'run' | 'config' | 'findRate'> & { split: string }, folder: string, record: (event: TrainEvent) => void, signal: AbortSignal): Promise<RunLabels> {
    const dataset = this.#store.datasets.get(config.dataset)
    await mkdir(folder, { recursive: true })
    const { file, unreadable } = await this.#packs.ensure(dataset.id, config.size, { signal, progress: sayProgress(record) })
    if (unreadable.size) record({ event: 'log', level: 'warn', message: `${unreadable.size} films could not be read and are left out; the data set lists them.` })

    const values = this.#store.labels.matrix(dataset.key)
    const labels = { hash: hashOfLabels(values), ...this.#store.labels.edited(dataset.key) }
    const targets = targetsOf(values, config.policy)
    const excluded = this.#store.quality.excluded(dataset.key)
    if (excluded.length) record({ event: 'log', level: 'info', message: `${excluded.length} films that were excluded for their quality are left out.` })
    const parts = partsOf(this.#store.splits.parts(this.#store.splits.get(splitId)), new Set([...unreadable, ...excluded]))
    checkParts(parts)
    await writeNpy(join(folder, 'labels.npy'), targets, [parts.length, LABELS.length])
    await writeNpy(join(folder, 'split.npy'), parts, [parts.length])
    const metadata = config.metadata ? { metadata: await writePatients(join(folder, 'metadata.npy'), this.#store.datasetImages.patients(dataset.key)) } : {}
    const weights = this.#weights(config)
    // Paths relative to the run, so that a data folder can be moved.
    const plan: RunPlan = { run, config, ...rest, pack: relative(folder, file), labels: 'labels.npy', split: 'split.npy', ...metadata, ...(weights && { weights, weightsSha256: await hashFiles([weights]) }) }
    await writeWhole(join(folder, PLAN_FILE), JSON.stringify(plan, null, 2))
    return labels
  }

  #weights({ init, model }: RunConfig): string | null {
    if (init === 'random') return null
    return init === 'imagenet' ? imagenetWeights(model, this.#folders, this.#settings) : init
  }
}

/** @returns the file's name */
async function writePatients(path: string, rows: readonly { age: number | null; sex: string }[]): Promise<string> {
  await writeNpy(path, encodePatients(rows.map(({ age, sex }) => patientOf(age, sex))), [rows.length, PATIENT_FEATURES.length])
  return basename(path)
}

/** Another number of workers, in the plan of a run that goes on. */
async function spreadPlan(folder: string, config: RunConfig): Promise<void> {
  const file = join(folder, PLAN_FILE)
  const plan = JSON.parse(await readFile(file, 'utf8')) as RunPlan
  if (plan.config.workers !== config.workers) await writeJson(file, { ...plan, config })
}

function leakageError({ leakage, kind }: StoredSplit): CodedError {
  const share = Math.round(leakage.patients * 100)
  return new CodedError('LEAKAGE', `With the split by ${kind}, ${share} % of the test images are of patients who are also in training.`, {
    remedy: 'Split by patient, or say why this is acceptable (--allow-leakage "REASON"); the reason stays on the run.',
  })
}

function duplicatesError({ images, share }: DuplicateLeak): CodedError {
  return new CodedError('LEAKAGE', `${images} of the test images (${(100 * share).toFixed(1)} %) have a duplicate in training.`, {
    remedy: 'Keep duplicates together on the Splits page or exclude them on the Quality page of the data set, or say why this is acceptable (--allow-leakage "REASON"); the reason stays on the run.',
  })
}

function checkParts(parts: Uint8Array): void {
  for (const [part, name] of [[TRAIN, 'train on'], [VALIDATION, 'validate on']] as const) {
    if (!parts.includes(part)) {
      throw new CodedError('SPLIT_EMPTY', `The split leaves no image to ${name}.`, { remedy: 'Choose other ratios or another label policy, or import more films.' })
    }
  }
}

function sayProgress(record: (event: TrainEvent) => void): (done: number, total: number) => void {
  let said = 0
  return (done, total) => {
    if (Date.now() - said < SAY_EVERY_MS && done < total) return
    said = Date.now()
    record({ event: 'log', level: 'info', message: `Preparing films: ${done} of ${total}` })
  }
}
