import { LABELS } from '#shared/domain/labels.ts'
import { CodedError, toErrorShape } from '#shared/errors.ts'
import type { DecodePool } from '#main/dicom/index.ts'
import { patientOf, type Patient } from '#main/engine/data/patient.ts'
import type { Predictor } from '#main/engine/inference/predictor.ts'
import type { Store } from '#main/store/index.ts'
import type { Scoring } from '#main/store/repositories/evaluations.ts'
import type { PacksService } from '../datasets/packs.ts'
import type { JobContext } from '../jobs/jobs.ts'
import type { ModelsService } from '../models/models.ts'
import { openFilms, type Films } from './films.ts'
import type { Part } from './part.ts'

export interface ScoringTools {
  store: Store
  pool: DecodePool
  packs: PacksService
  models: ModelsService
}

/** Films after which what is known is kept, so that a job goes on there after a crash, too. */
const KEEP_EVERY = 500

/**
 * What the model says of the films of a part; what it said before is not asked again. Films that cannot be opened go to the job's skip list.
 * They come from the pack of the data set where it has one of this size, else out of their files: no pack is made for a tenth of a set.
 */
export async function scorePart(tools: ScoringTools, judged: Part, job: JobContext): Promise<Scoring> {
  const { store, models } = tools
  const { model, split, part, rows } = judged
  const known = store.evaluations.scoring(model.id, split.id, part)
  const said = new Map<number, Float32Array>()
  known?.rows.forEach((row, i) => said.set(row, logitsAt(known, i)))
  const open = [...rows].filter((row) => !said.has(row))
  if (!open.length) return scoringOf(rows, said)

  const patients = store.datasetImages.patients(judged.dataset.key)
  await using films = await openFilms(tools, judged, open, job.signal)
  const keep = (): void => store.evaluations.keepScoring(model.id, split.id, part, scoringOf(rows, said))
  try {
    await models.predictors.use(models.files(model.id), async (predictor) => {
      for (const [i, row] of open.entries()) {
        job.progress(rows.length - open.length + i, rows.length)
        const logits = await logitsOf(films, predictor, { row, at: i, patient: patientOf(patients[row]!.age, patients[row]!.sex) }, judged, job)
        if (logits) said.set(row, logits)
        if ((i + 1) % KEEP_EVERY === 0) keep()
        await job.breathe()
      }
    })
  } finally {
    keep()
  }
  return scoringOf(rows, said)
}

async function logitsOf(films: Films, predictor: Predictor, { row, at, patient }: { row: number; at: number; patient: Patient }, { films: rows }: Part, job: JobContext): Promise<Float32Array | null> {
  try {
    return (await predictor.predict(await films.next(at), patient)).logits
  } catch (error) {
    job.signal.throwIfAborted()
    const { code, message } = toErrorShape(error)
    if (!(error instanceof CodedError) || code === 'POOL_CLOSED') throw error
    job.skip({ path: rows[row]!.named, code, message })
    return null
  }
}

const logitsAt = ({ logits }: Scoring, i: number): Float32Array => logits.subarray(i * LABELS.length, (i + 1) * LABELS.length)

/** What was said of these rows alone: films may have been excluded since. */
export const within = (scoring: Scoring, rows: Int32Array): Scoring => scoringOf(rows, new Map(Array.from(scoring.rows, (row, i) => [row, logitsAt(scoring, i)])))

/** In the order of the part. */
function scoringOf(rows: Int32Array, said: ReadonlyMap<number, Float32Array>): Scoring {
  const known = rows.filter((row) => said.has(row))
  const logits = new Float32Array(known.length * LABELS.length)
  known.forEach((row, i) => logits.set(said.get(row)!, i * LABELS.length))
  return { rows: known, logits }
}
