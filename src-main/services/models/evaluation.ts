import { LABELS, PAPER_POLICY, type Policy } from '#shared/domain/labels.ts'
import { CodedError } from '#shared/errors.ts'
import { NpyReader } from '#main/engine/data/npy.ts'
import { evaluate, type Evaluation } from '#main/engine/training/evaluation.ts'
import type { Store } from '#main/store/index.ts'
import type { StoredDataset } from '#main/store/repositories/datasets.ts'
import type { StoredModel } from '#main/store/repositories/models.ts'
import { PARTS, type StoredSplit } from '#main/store/repositories/splits.ts'
import type { PacksService } from '../datasets/packs.ts'
import { splitDataset } from '../datasets/splitting.ts'
import { targetsOf } from '../datasets/targets.ts'
import type { ModelsService } from './models.ts'

export type ModelEvaluation = Evaluation & {
  /** Films that could not be opened and so do not count; the data set's list names them. */
  skipped: number
}

/** Figures of a model on a part of a data set. */
export class EvaluationService {
  readonly #store: Store
  readonly #packs: PacksService
  readonly #models: ModelsService

  constructor(store: Store, packs: PacksService, models: ModelsService) {
    this.#store = store
    this.#packs = packs
    this.#models = models
  }

  /**
   * On the run's own data set its own split serves, so that no film of training is judged; on another, a split of the same kind.
   * Labels follow the policy of the run (paper's when the model has none).
   * @param of id or name of a model or a run
   * @throws NOT_FOUND, LABELS_ONLY, NOTHING_TO_EVALUATE
   */
  async evaluate(of: string, datasetId: string, part: 'val' | 'test'): Promise<ModelEvaluation> {
    const model = await this.#model(of)
    const dataset = this.#store.datasets.get(datasetId)
    if (!dataset.hasFiles) throw new CodedError('LABELS_ONLY', `The data set "${dataset.name}" has labels only.`, { remedy: 'Import it again with its images.' })
    const policy = model.config?.policy ?? PAPER_POLICY
    const targets = targetsOf(this.#store.labels.matrix(dataset.key), policy)
    const parts = this.#store.splits.parts(this.#split(model, dataset, policy))
    const rows = [...parts.keys()].filter((row) => parts[row] === PARTS.indexOf(part))
    const { logits, judged, skipped } = await this.#logits(model, dataset, rows)
    if (!judged.length) {
      throw new CodedError('NOTHING_TO_EVALUATE', `The part "${part}" of "${dataset.name}" has no labelled film that can be opened.`, { remedy: 'Choose another part or data set.' })
    }
    const own = Uint8Array.from({ length: judged.length * LABELS.length }, (_, i) => targets[judged[Math.floor(i / LABELS.length)]! * LABELS.length + (i % LABELS.length)]!)
    return { ...evaluate(logits, own), skipped: skipped.length }
  }

  /** A model goes before a run of the same name. */
  async #model(of: string): Promise<StoredModel> {
    const { models, runs } = this.#store
    try {
      return models.get(of)
    } catch {
      const run = runs.list().find(({ id, name }) => id === of || name === of)
      if (!run) throw new CodedError('NOT_FOUND', `There is neither a model nor a run "${of}".`)
      return models.ofRun(run.id) ?? models.get((await this.#models.fromRun(run.id)).id)
    }
  }

  #split({ run, config, dataset: trainedOn }: StoredModel, dataset: StoredDataset, policy: Policy): StoredSplit {
    const own = run !== null && trainedOn === dataset.id ? this.#store.runs.get(run).split : null
    if (own !== null) return this.#store.splits.get(own)
    const { split = 'patient', splitSeed = 42, ratios = [80, 10, 10] } = config ?? {}
    return splitDataset(this.#store, dataset, { by: split, seed: splitSeed, ratios, policy })
  }

  /** Logits of the rows that can be read, [judged.length, 14]. */
  async #logits(model: StoredModel, dataset: StoredDataset, rows: number[]): Promise<{ logits: Float32Array; judged: number[]; skipped: number[] }> {
    const { file, unreadable } = await this.#packs.ensure(dataset.id, model.size, { signal: new AbortController().signal, progress: () => {} })
    const judged = rows.filter((row) => !unreadable.has(row))
    await using pack = await NpyReader.open(file)
    return await this.#models.predictors.use(this.#models.files(model.id), async (predictor) => {
      const logits = new Float32Array(judged.length * LABELS.length)
      for (const [i, row] of judged.entries()) {
        const film = (await pack.rows([row])) as Uint8Array
        logits.set((await predictor.predict(film)).logits, i * LABELS.length)
      }
      return { logits, judged, skipped: rows.filter((row) => unreadable.has(row)) }
    })
  }
}
