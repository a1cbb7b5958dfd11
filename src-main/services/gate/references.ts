import { CodedError } from '#shared/errors.ts'
import { patientOf } from '#main/engine/data/patient.ts'
import { readReference, referenceOf, writeReference } from '#main/engine/inference/reference.ts'
import { PARTS } from '#main/store/repositories/splits.ts'
import { openFilms } from '../evaluations/films.ts'
import { partOf, type Part } from '../evaluations/part.ts'
import type { ScoringTools } from '../evaluations/scoring.ts'

/** Films of each part that are looked at, spread evenly over it: more change the distances little, and each costs a run of the network. */
const MOST = { train: 512, val: 256 }

export interface ReferenceWatch {
  signal: AbortSignal
  /** Called after each film; may let others work. */
  breathe?(): Promise<void>
}

/**
 * Write into the model's folder where films of training lie in its feature space, unless that is known of these weights.
 * @returns films of training that were looked at; 0 when nothing had to be done
 * @throws NOTHING_TO_EVALUATE, REFERENCE_EMPTY, LABELS_ONLY
 */
export async function ensureReference(tools: ScoringTools, model: string, dataset: string, watch: ReferenceWatch): Promise<number> {
  const { store, models } = tools
  const files = models.files(model)
  const { weightsHash } = store.models.get(model)
  if (await readReference(files.reference, weightsHash)) return 0
  const part = partOf(store, model, dataset, 'val')
  const training = spread([...part.sides.keys()].filter((row) => part.sides[row] === PARTS.indexOf('train')), MOST.train)
  const validation = spread([...part.rows], MOST.val)
  const seen = await featuresOf(tools, part, [...training, ...validation], watch)
  const known = (rows: readonly number[]): Float32Array[] => rows.flatMap((row) => seen.get(row) ?? [])
  const reference = referenceOf(weightsHash, known(training), known(validation))
  await writeReference(files.reference, reference)
  return reference.features.length / reference.channels
}

/** At most so many of them, evenly. */
function spread(rows: readonly number[], most: number): number[] {
  if (rows.length <= most) return [...rows]
  return Array.from({ length: most }, (_, i) => rows[Math.floor((i * rows.length) / most)]!)
}

/** Pooled features by row; films that cannot be opened have none. */
async function featuresOf(tools: ScoringTools, part: Part, rows: readonly number[], { signal, breathe }: ReferenceWatch): Promise<Map<number, Float32Array>> {
  const seen = new Map<number, Float32Array>()
  const patients = tools.store.datasetImages.patients(part.dataset.key)
  await using films = await openFilms(tools, part, rows, signal)
  await tools.models.predictors.use(tools.models.files(part.model.id), async (predictor) => {
    for (const [at, row] of rows.entries()) {
      signal.throwIfAborted()
      try {
        const { age, sex } = patients[row]!
        seen.set(row, (await predictor.predict(await films.next(at), patientOf(age, sex))).pooled)
      } catch (error) {
        signal.throwIfAborted()
        // The pack or the import has said why; a film fewer is a film fewer.
        if (!(error instanceof CodedError) || error.code === 'POOL_CLOSED' || error.code === 'NETWORK_FAILED') throw error
      }
      await breathe?.()
    }
  })
  return seen
}
