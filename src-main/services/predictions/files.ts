import { mkdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Calibration } from '#shared/domain/evaluation.ts'
import { LABELS, type Label } from '#shared/domain/labels.ts'
import { CodedError, toErrorShape, type ErrorShape } from '#shared/errors.ts'
import { heatmapPng, type DecodePool } from '#main/dicom/index.ts'
import { patientOf, UNKNOWN_PATIENT, type Patient } from '#main/engine/data/patient.ts'
import type { FilmPrediction, Predictor } from '#main/engine/inference/predictor.ts'
import { writeWhole } from '#main/files/whole.ts'
import { calibratedScores } from '../evaluations/calibrating.ts'

/** What the command line answers for one file. */
export interface FilePrediction {
  file: string
  probabilities: Partial<Record<Label, number>>
  /** After temperature scaling, and the version of the calibration; absent while the model has none. */
  calibrated?: Partial<Record<Label, number>>
  calibration?: number
  /** Paths of the heat maps. */
  heatmaps: Partial<Record<Label, string>>
  error?: ErrorShape
}

export interface PredictFiles {
  pool: DecodePool
  predictor: Predictor
  calibration?: Calibration | null
  signal: AbortSignal
  /** Folder for heat maps; none are made without. */
  heatmap?: string | undefined
  /** Whose heat maps; default: the most probable label of each film. */
  labels?: readonly Label[] | undefined
  /** Called with each film that was predicted, before its answer; what it throws becomes the film's error. */
  keep?: ((file: string, said: FilmPrediction) => Promise<void>) | undefined
}

/** Films decoded ahead of the network. */
const AHEAD = 16

/** Predict files one after the other; a file that fails costs only itself. Yields in the order of the files. */
export async function* predictFiles(how: PredictFiles, files: readonly string[]): AsyncGenerator<FilePrediction> {
  const { pool, predictor, signal } = how
  const names = outputNames(files)
  const inputs: Promise<Uint8Array>[] = []
  for (const [i, file] of files.entries()) {
    while (inputs.length < Math.min(files.length, i + AHEAD)) {
      const input = pool.run({ task: 'input', path: files[inputs.length]!, size: predictor.card.size }, { signal })
      input.catch(() => {}) // Awaited in its turn; until then a failure is nobody's.
      inputs.push(input)
    }
    try {
      const said = await predictor.predict(await inputs[i]!, await patientIn(how, file))
      inputs[i] = Promise.resolve(new Uint8Array()) // The pixels are done with.
      await how.keep?.(file, said)
      const heatmaps = how.heatmap === undefined ? {} : await writeHeatmaps(how, file, join(how.heatmap, names[i]!), said)
      yield { file, probabilities: byLabel(said.probabilities), ...calibratedOf(how, said), heatmaps }
    } catch (error) {
      signal.throwIfAborted()
      yield { file, probabilities: {}, heatmaps: {}, error: toErrorShape(error) }
    }
  }
}

/** The header of a DICOM film tells; other files know nothing of their patient. */
async function patientIn({ pool, predictor, signal }: PredictFiles, path: string): Promise<Patient> {
  if (!predictor.card.metadata) return UNKNOWN_PATIENT
  const { metadata } = await pool.run({ task: 'inspect', path, decode: false }, { signal })
  return metadata ? patientOf(metadata.ageYears, metadata.sex) : UNKNOWN_PATIENT
}

const byLabel = (values: Float64Array): Partial<Record<Label, number>> => Object.fromEntries(LABELS.map((label, i) => [label, values[i]!]))

function calibratedOf({ calibration }: PredictFiles, { logits }: FilmPrediction): Pick<FilePrediction, 'calibrated' | 'calibration'> {
  return calibration ? { calibrated: byLabel(calibratedScores(logits, calibration)), calibration: calibration.version } : {}
}

/** `<stem>.<label>.png`: film-sized, transparent where the map has nothing to say. */
async function writeHeatmaps({ pool, signal, labels, heatmap }: PredictFiles, file: string, stem: string, { probabilities, maps }: FilmPrediction): Promise<FilePrediction['heatmaps']> {
  const { width, height } = await pool.run({ task: 'inspect', path: file, decode: false }, { signal })
  const top = LABELS[probabilities.indexOf(Math.max(...probabilities))]!
  const cells = maps.height * maps.width
  const written: FilePrediction['heatmaps'] = {}
  await mkdir(heatmap!, { recursive: true })
  for (const label of labels ?? [top]) {
    const at = LABELS.indexOf(label) * cells
    const png = await heatmapPng({ values: maps.data.slice(at, at + cells), height: maps.height, width: maps.width, shift: maps.shift }, width, height)
    const path = `${stem}.${label}.png`
    await writeWhole(path, png)
    written[label] = path
  }
  return written
}

/** Base names, with a number where two files of different folders have the same. */
function outputNames(files: readonly string[]): string[] {
  const seen = new Map<string, number>()
  return files.map((file) => {
    const name = basename(file)
    const count = (seen.get(name) ?? 0) + 1
    seen.set(name, count)
    return count === 1 ? name : `${name}~${count}`
  })
}

/** Labels out of `Edema,Pleural Effusion`; case does not matter. @throws USAGE */
export function labelsOf(list: string): Label[] {
  return list.split(',').map((word) => {
    const found = LABELS.find((label) => label.toLowerCase() === word.trim().toLowerCase())
    if (!found) throw new CodedError('USAGE', `There is no label "${word.trim()}". Labels: ${LABELS.join(', ')}.`, { remedy: 'See --help.' })
    return found
  })
}
