import { mkdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Calibration } from '#shared/domain/evaluation.ts'
import type { GateReason } from '#shared/domain/gate.ts'
import { LABELS, type Label } from '#shared/domain/labels.ts'
import { CodedError, toErrorShape, type ErrorShape } from '#shared/errors.ts'
import { heatmapPng, type DecodePool, type Examination } from '#main/dicom/index.ts'
import { patientOf, UNKNOWN_PATIENT, type Patient } from '#main/engine/data/patient.ts'
import type { FilmPrediction, Predictor } from '#main/engine/inference/predictor.ts'
import { writeWhole } from '#main/files/whole.ts'
import type { Gate } from '../gate/gate.ts'
import { calibratedScores } from '../evaluations/calibrating.ts'

/** What the command line answers for one file. */
export interface FilePrediction {
  file: string
  probabilities: Partial<Record<Label, number>>
  /** What speaks against asking the model about this film. */
  gate: GateReason[]
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
  gate: Gate
  /** Leave out films that the gate speaks against; else they are predicted, and its reasons stand beside. */
  strict?: boolean | undefined
  calibration?: Pick<Calibration, 'version' | 'perLabel'> | null
  signal: AbortSignal
  /** Folder for heat maps; none are made without. */
  heatmap?: string | undefined
  /** Whose heat maps; default: the most probable label of each film. */
  labels?: readonly Label[] | undefined
  /** Called with each film that was predicted, before its answer; what it throws becomes the film's error. */
  keep?: ((file: string, said: FilmPrediction, gate: GateReason[]) => Promise<void>) | undefined
}

/** Films decoded ahead of the network. */
const AHEAD = 16

/** Predict files one after the other; a file that fails costs only itself. Yields in the order of the files. */
export async function* predictFiles(how: PredictFiles, files: readonly string[]): AsyncGenerator<FilePrediction> {
  const { pool, predictor, signal } = how
  const names = outputNames(files)
  const films: Promise<Examination | null>[] = []
  for (const [i, file] of files.entries()) {
    while (films.length < Math.min(files.length, i + AHEAD)) {
      const film = pool.run({ task: 'examine', path: files[films.length]!, size: predictor.card.size }, { signal })
      film.catch(() => {}) // Awaited in its turn; until then a failure is nobody's.
      films.push(film)
    }
    try {
      const film = (await films[i]!)!
      films[i] = Promise.resolve(null) // The pixels are done with.
      const said = await predictor.predict(film.input, await patientIn(how, file))
      const gate = [...how.gate.film(film), ...how.gate.said(said)]
      if (how.strict && gate.length) throw new CodedError('GATE_REFUSED', gate.map(({ message }) => message).join(' '), { file, remedy: 'Without --strict it is predicted anyway.' })
      await how.keep?.(file, said, gate)
      const heatmaps = how.heatmap === undefined ? {} : await writeHeatmaps(how, file, join(how.heatmap, names[i]!), said)
      yield { file, probabilities: byLabel(said.probabilities), gate, ...calibratedOf(how, said), heatmaps }
    } catch (error) {
      signal.throwIfAborted()
      yield { file, probabilities: {}, gate: [], heatmaps: {}, error: toErrorShape(error) }
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
