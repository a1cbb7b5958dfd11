import { createHash } from 'node:crypto'
import type { JudgedPart } from '#shared/domain/evaluation.ts'
import { PAPER_POLICY, type Policy } from '#shared/domain/labels.ts'
import { CodedError } from '#shared/errors.ts'
import type { Store } from '#main/store/index.ts'
import type { StoredDataset } from '#main/store/repositories/datasets.ts'
import type { JudgedFilm } from '#main/store/repositories/evaluations.ts'
import type { StoredModel } from '#main/store/repositories/models.ts'
import { PARTS, type StoredSplit } from '#main/store/repositories/splits.ts'
import { splitDataset } from '../datasets/splitting.ts'
import { partsOf, targetsOf } from '../datasets/targets.ts'

/** Films that a model is judged on, and what is true of them. */
export interface Part {
  model: StoredModel
  dataset: StoredDataset
  split: StoredSplit
  /** The run that made the model was trained on this very split. */
  ofTheRun: boolean
  part: JudgedPart
  policy: Policy
  /** Every film of the data set, by its row. */
  films: JudgedFilm[]
  /** [films, 14] of 0, 1 or IGNORED. */
  targets: Uint8Array
  /** Side of every row in the split (a place in `PARTS`), of those that were excluded for their quality none, as in training. */
  sides: Uint8Array
  /** Rows of this part. */
  rows: Int32Array
  /** Films of this part that were excluded. */
  excluded: number
  datasetHash: string
}

/**
 * On the run's own data set its own split serves, so that no film of training is judged; on another, a split of the same kind.
 * Labels follow the policy of the run (the paper's when the model has none).
 * @throws NOT_FOUND, LABELS_ONLY, NOTHING_TO_EVALUATE
 */
export function partOf(store: Store, modelId: string, datasetId: string, part: JudgedPart): Part {
  const model = store.models.get(modelId)
  const dataset = store.datasets.get(datasetId)
  if (!dataset.hasFiles) throw new CodedError('LABELS_ONLY', `The data set "${dataset.name}" has labels only.`, { remedy: 'Import it again with its images.' })
  const policy = model.config?.policy ?? PAPER_POLICY
  const { split, ofTheRun } = splitFor(store, model, dataset, policy)
  const whole = store.splits.parts(split)
  const excluded = new Set(store.quality.excluded(dataset.key))
  const sides = partsOf(whole, excluded)
  const asked = PARTS.indexOf(part)
  const rows = Int32Array.from([...sides.keys()].filter((row) => sides[row] === asked))
  if (!rows.length) throw nothing(dataset.name, part)
  const raw = store.labels.matrix(dataset.key)
  const films = store.evaluations.films(dataset.key)
  return { model, dataset, split, ofTheRun, part, policy, films, targets: targetsOf(raw, policy), sides, rows, excluded: [...excluded].filter((row) => whole[row] === asked).length, datasetHash: hashOf(films, raw) }
}

export const nothing = (dataset: string, part: string): CodedError =>
  new CodedError('NOTHING_TO_EVALUATE', `The part "${part}" of "${dataset}" has no labelled film that can be opened.`, { remedy: 'Choose another part or data set.' })

function splitFor(store: Store, { run, config, dataset: trainedOn }: StoredModel, dataset: StoredDataset, policy: Policy): { split: StoredSplit; ofTheRun: boolean } {
  const own = run !== null && trainedOn === dataset.id ? store.runs.get(run).split : null
  if (own !== null) return { split: store.splits.get(own), ofTheRun: true }
  const { split = 'patient', splitSeed = 42, ratios = [80, 10, 10] } = config ?? {}
  return { split: splitDataset(store, dataset, { by: split, seed: splitSeed, ratios, policy }), ofTheRun: false }
}

/** sha256 over what the label file said of every row, in its order: equal hashes are equal films under equal labels. */
function hashOf(films: readonly JudgedFilm[], raw: Int8Array): string {
  const hash = createHash('sha256')
  const width = raw.length / Math.max(1, films.length)
  for (const [i, { named, patient, sex, age, view }] of films.entries()) {
    hash.update(`${JSON.stringify([named, patient, sex, age, view])}\n`)
    hash.update(raw.subarray(i * width, (i + 1) * width))
  }
  return hash.digest('hex')
}
