import { LABELS, PAPER_POLICY } from '#shared/domain/labels.ts'
import type { SkippedFile } from '#shared/domain/job.ts'
import { CodedError, toErrorShape } from '#shared/errors.ts'
import type { DecodePool } from '#main/dicom/index.ts'
import { evaluate, type Evaluation } from '#main/engine/training/evaluation.ts'
import type { Store } from '#main/store/index.ts'
import { keyOf } from '#main/store/ids.ts'
import type { DatasetFile } from '#main/store/repositories/datasetImages.ts'
import type { StoredDataset } from '#main/store/repositories/datasets.ts'
import type { StoredModel } from '#main/store/repositories/models.ts'
import { PARTS, type StoredSplit } from '#main/store/repositories/splits.ts'
import { splitDataset } from '../datasets/splitting.ts'
import { partsOf, targetsOf } from '../training/targets.ts'
import type { ModelsService } from './models.ts'

export type ModelEvaluation = Evaluation & {
  /** Films that could not be opened and so were not counted. */
  skipped: SkippedFile[]
}

/** Films that are decoded ahead of the network. */
const AHEAD = 16

/** Figures of a model on a part of a data set. */
export class EvaluationService {
  readonly #store: Store
  readonly #pool: DecodePool
  readonly #models: ModelsService

  constructor(store: Store, pool: DecodePool, models: ModelsService) {
    this.#store = store
    this.#pool = pool
    this.#models = models
  }

  /**
   * On the run's own data set its own split serves, so that no film of training is judged; on another, a split of the same kind.
   * Labels follow the policy of the run (paper's when the model has none).
   * @param of id or name of a model, or id of a run
   * @throws NOT_FOUND, LABELS_ONLY, NOTHING_TO_EVALUATE
   */
  async evaluate(of: string, datasetId: string, part: 'val' | 'test'): Promise<ModelEvaluation> {
    const model = await this.#model(of)
    const dataset = this.#store.datasets.get(datasetId)
    if (!dataset.hasFiles) throw new CodedError('LABELS_ONLY', `The data set "${dataset.name}" has labels only.`, { remedy: 'Import it again with its images.' })
    const policy = model.config?.policy ?? PAPER_POLICY
    const targets = targetsOf(this.#store.labels.matrix(dataset.key), policy)
    const parts = partsOf(this.#store.splits.parts(this.#split(model, dataset)), targets, policy, new Set())
    const files = this.#store.datasetImages.files(dataset.key)
    const rows = [...parts.keys()].filter((row) => parts[row] === PARTS.indexOf(part))
    const { logits, judged, skipped } = await this.#logits(model, files, rows)
    if (!judged.length) {
      throw new CodedError('NOTHING_TO_EVALUATE', `The part "${part}" of "${dataset.name}" has no labelled film that can be opened.`, { remedy: 'Choose another part or data set.' })
    }
    const own = Uint8Array.from({ length: judged.length * LABELS.length }, (_, i) => targets[judged[Math.floor(i / LABELS.length)]! * LABELS.length + (i % LABELS.length)]!)
    return { ...evaluate(logits, own), skipped }
  }

  async #model(of: string): Promise<StoredModel> {
    const { models } = this.#store
    if (keyOf('run', of) === null) return models.get(of)
    return models.ofRun(of) ?? models.get((await this.#models.fromRun(of)).id)
  }

  #split({ run, config, dataset: trainedOn }: StoredModel, dataset: StoredDataset): StoredSplit {
    const own = run !== null && trainedOn === dataset.id ? this.#store.runs.get(run).split : null
    if (own !== null) return this.#store.splits.get(own)
    const { split = 'patient', splitSeed = 42, ratios = [80, 10, 10] } = config ?? {}
    return splitDataset(this.#store, dataset, { by: split, seed: splitSeed, ratios })
  }

  #logits(model: StoredModel, files: DatasetFile[], rows: number[]): Promise<{ logits: Float32Array; judged: number[]; skipped: SkippedFile[] }> {
    return this.#models.predictors.use(this.#models.folder(model.id), async (predictor) => {
      const logits: number[] = []
      const judged: number[] = []
      const skipped: SkippedFile[] = []
      const inputs = rows.map((row) => ({ row, file: files[row]! }))
      const waiting: { row: number; file: DatasetFile; input: Promise<Uint8Array> }[] = []
      while (inputs.length || waiting.length) {
        while (inputs.length && waiting.length < AHEAD) waiting.push(this.#decode(inputs.shift()!, model.size))
        const { row, file, input } = waiting.shift()!
        try {
          logits.push(...(await predictor.predict(await input)).logits)
          judged.push(row)
        } catch (error) {
          const { code, message } = toErrorShape(error)
          skipped.push({ path: file.path ?? file.named, code, message })
        }
      }
      return { logits: Float32Array.from(logits), judged, skipped }
    })
  }

  #decode({ row, file }: { row: number; file: DatasetFile }, size: number): { row: number; file: DatasetFile; input: Promise<Uint8Array> } {
    const missing = () => Promise.reject(new CodedError('FILE_NOT_FOUND', 'The film was not there when the data set was imported.', { file: file.named }))
    const input = file.path === null ? missing() : this.#pool.run({ task: 'input', path: file.path, size })
    input.catch(() => {}) // Awaited in its turn; until then a failure is nobody's.
    return { row, file, input }
  }
}
