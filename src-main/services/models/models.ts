import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { ModelDetail, ModelRow, WeightsSource } from '#shared/domain/prediction.ts'
import { CodedError } from '#shared/errors.ts'
import { everyLabel, modelFiles, readModelCard, type ModelCard, type ModelFiles } from '#main/engine/inference/model-folder.ts'
import type { Host } from '#main/host/host.ts'
import type { Store } from '#main/store/index.ts'
import { publicModel, type StoredModel } from '#main/store/repositories/models.ts'
import { readCalibration } from '../evaluations/calibration-file.ts'
import type { Folders } from '../folders.ts'
import { adoptWeights, type WeightsOf } from './adopting.ts'
import { listFiles, locateModel, placeModel } from './files.ts'
import { Predictors } from './predictors.ts'

interface Origin {
  name: string
  run: string | null
  dataset: string | null
  sample: boolean
}

/** Trained networks of the library: a row each, and their files in `models/<id>/`. Methods take an id or a name and throw NOT_FOUND. */
export class ModelsService {
  readonly predictors = new Predictors()
  readonly #store: Store
  readonly #host: Host
  readonly #folders: Folders

  constructor(store: Store, host: Host, folders: Folders) {
    this.#store = store
    this.#host = host
    this.#folders = folders
  }

  list(): ModelRow[] {
    return this.#store.models.list().map(publicModel)
  }

  async get(id: string): Promise<ModelDetail> {
    const model = this.#store.models.get(id)
    const { config, perLabelAuc } = model
    const { imported, start } = await readModelCard(this.files(model.id).card).catch(() => ({}) as Partial<ModelCard>)
    return { ...publicModel(model), config, perLabelAuc, imported: sourceOf(imported), start: sourceOf(start), files: await listFiles(this.folder(model.id)) }
  }

  folder(id: string): string {
    return join(this.#folders.models, id)
  }

  /** Of a model of the library. */
  files(id: string): ModelFiles {
    return modelFiles(this.folder(id))
  }

  setDefault(id: string): ModelRow {
    return this.#changed(this.#store.models.setDefault(id))
  }

  rename(id: string, name: string): ModelRow {
    return this.#changed(this.#store.models.rename(id, name))
  }

  /** With its files and all that it predicted. */
  async remove(id: string): Promise<boolean> {
    const model = this.#store.models.get(id)
    await this.predictors.forget(this.files(model.id))
    const removed = this.#store.models.remove(model.id)
    await rm(this.folder(model.id), { recursive: true, force: true })
    this.#store.audit.add('model.remove', model.id)
    this.#host.emit('changed', { what: ['models', 'predictions', 'studies'] })
    return removed
  }

  /**
   * A finished run becomes a model: its `model/` folder is copied and gets its ONNX file. Asking twice gives the same model; a run that was
   * resumed and ended with other weights gives a next version.
   */
  async fromRun(id: string): Promise<ModelRow> {
    const run = this.#store.runs.get(id)
    const files = modelFiles(join(this.#folders.runs, run.id, 'model'))
    return this.#take(files, () => ({ name: run.name, run: run.id, dataset: run.dataset || null, sample: false }))
  }

  /**
   * Importing the same weights twice gives the same model.
   * @param path folder, `.safetensors` or `.json`; with `as` any file of bare weights
   */
  async importFrom(path: string, name?: string, as?: WeightsOf): Promise<ModelRow> {
    const fallback = basename(path).replace(/\.(safetensors|json|pth|pt|bin)$/, '')
    const take = (files: ModelFiles): Promise<ModelRow> => this.#take(files, (card) => ({ name: name ?? card.name ?? fallback, run: null, dataset: null, sample: false }))
    if (!as) return take(await locateModel(path))
    const folder = join(this.#folders.models, `adopting-${randomUUID()}`)
    try {
      return await take(await adoptWeights(path, as, folder))
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }

  /** A model of the library by id or name, or the files of one that a path points at. @throws NOT_FOUND, MODEL_MISSING */
  async locate(model: string): Promise<{ stored: StoredModel | null; files: ModelFiles }> {
    try {
      const stored = this.#store.models.get(model)
      return { stored, files: this.files(stored.id) }
    } catch (error) {
      if (!(error instanceof CodedError) || error.code !== 'NOT_FOUND') throw error
      return { stored: null, files: await locateModel(model) }
    }
  }

  async close(): Promise<void> {
    await this.predictors.close()
  }

  async #take(files: ModelFiles, originOf: (card: ModelCard) => Origin): Promise<ModelRow> {
    const { readModel } = await import('#main/engine/inference/predictor.ts')
    const { card, weightsHash, network } = await readModel(files)
    const origin = originOf(card)
    const same = this.#store.models.list().find((model) => model.weightsHash === weightsHash && model.run === origin.run)
    if (same) return publicModel(same)
    const id = this.#store.models.newId()
    await placeModel(files, network, this.folder(id))
    const { model: architecture, head, size, thresholds, validation, config = null } = card
    const figures = { auc: validation?.auc.macro ?? null, accuracy: validation?.accuracy ?? null, perLabelAuc: validation?.auc.perLabel ?? everyLabel(null) }
    this.#store.models.create(id, { ...origin, ...figures, architecture, head, size, weightsHash, thresholds, config })
    const calibration = await readCalibration(this.files(id), weightsHash)
    if (calibration) this.#store.calibrations.create({ ...calibration, model: id })
    return this.#changed(this.#store.models.get(id))
  }

  #changed(model: StoredModel): ModelRow {
    this.#host.emit('changed', { what: ['models'] })
    return publicModel(model)
  }
}

const sourceOf = (source: ModelCard['imported']): WeightsSource | null => (source ? { file: source.file, sha256: source.sha256 ?? null } : null)
