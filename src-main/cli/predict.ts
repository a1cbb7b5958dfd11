import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import type { GateReason } from '#shared/domain/gate.ts'
import { LABELS } from '#shared/domain/labels.ts'
import { CodedError, fromErrorShape } from '#shared/errors.ts'
import type { FilmPrediction } from '#main/engine/inference/predictor.ts'
import { readCalibration } from '#main/services/evaluations/calibration-file.ts'
import { openGate } from '#main/services/gate/gate.ts'
import { labelsOf, predictFiles, type FilePrediction } from '#main/services/predictions/files.ts'
import { toKeep } from '#main/services/predictions/images.ts'
import type { Services } from '#main/services/index.ts'
import type { StoredModel } from '#main/store/repositories/models.ts'
import { command, type Context } from './command.ts'
import { followJob } from './progress.ts'

export const predict = command({
  name: 'predict',
  summary: 'What a model (id, name or its folder) says of films, and what speaks against asking it (--strict leaves such films out); kept in the library only with --save',
  usage: 'MODEL FILE... [--heatmap DIR] [--labels L,...] [--save] [--strict]',
  arguments: [2, Infinity],
  options: { heatmap: { type: 'string' }, labels: { type: 'string' }, save: { type: 'boolean', default: false }, strict: { type: 'boolean', default: false } },
  async run([model = '', ...files], values, context) {
    const labels = values.labels === undefined ? undefined : labelsOf(values.labels)
    const heatmap = values.heatmap === undefined ? undefined : resolve(values.heatmap)
    const services = context.services()
    const { pool, models } = services
    const located = await models.locate(model)
    const kept = values.save ? (located.stored ?? services.store.models.get((await models.importFrom(model)).id)) : null
    const said = await models.predictors.use(located.files, async (predictor) => {
      const gate = await openGate(located.files, predictor)
      const calibration = located.stored ? services.store.calibrations.newest(located.stored.id) : await readCalibration(located.files, predictor.weightsHash)
      const keep = kept ? await keeper(context, kept, files) : undefined
      const all: FilePrediction[] = []
      for await (const one of predictFiles({ pool, predictor, gate, strict: values.strict, calibration, signal: context.signal, heatmap, labels, keep }, files.map((file) => resolve(file)))) {
        if (one.error) context.say(`${one.file}: ${one.error.code}: ${one.error.message}`)
        for (const { message } of one.gate) context.say(`${one.file}: ${message}`)
        all.push(one)
      }
      return all
    })
    const failed = said.filter(({ error }) => error)
    if (failed.length === said.length) throw allFailed(said)
    return { json: said, text: said.map(words).join('\n') }
  },
})

/** Brings the films into the library, so that what is said of them can hang on them; a folder is no film, and what lies in it was not asked for. */
async function keeper(context: Context, model: StoredModel, files: string[]) {
  const services = context.services()
  const job = services.importing.start({ paths: files.map((file) => resolve(file)).filter((path) => !statSync(path, { throwIfNoEntry: false })?.isDirectory()), as: 'studies', labelsOnly: false })
  await followJob(context, job.id)
  return async (file: string, said: FilmPrediction, gate: GateReason[]): Promise<void> => {
    services.predictions.keep([toKeep(await imageOf(services, file), model, said, services.store.calibrations.newest(model.id), gate)])
  }
}

/** @returns id of the image that the file was filed as */
async function imageOf({ pool, store }: Services, path: string): Promise<string> {
  const { uids } = await pool.run({ task: 'inspect', path, decode: false })
  const { key } = store.studies.get(uids.studyInstanceUid)
  const image = store.images.ofStudy(key).find(({ sopInstanceUid }) => sopInstanceUid === uids.sopInstanceUid)
  if (!image) throw new CodedError('NOT_FOUND', 'The film could not be filed in the library.', { file: path })
  return image.id
}

function allFailed(said: FilePrediction[]): CodedError {
  const first = fromErrorShape({ file: said[0]!.file, ...said[0]!.error! })
  if (said.length === 1) return first
  return new CodedError('NOTHING_PREDICTED', `None of the ${said.length} files could be predicted; the first: ${first.message}`, { file: said[0]!.file })
}

function words({ file, probabilities, gate, calibrated, heatmaps, error }: FilePrediction): string {
  if (error) return `${file}\n  ${error.code}: ${error.message}`
  const width = Math.max(...LABELS.map(({ length }) => length))
  const ranked = LABELS.toSorted((a, b) => probabilities[b]! - probabilities[a]!)
  const lines = ranked.map((label) => `  ${label.padEnd(width)}  ${probabilities[label]!.toFixed(2)}${calibrated ? `  calibrated ${calibrated[label]!.toFixed(2)}` : ''}${heatmaps[label] ? `  ${heatmaps[label]}` : ''}`)
  return [file, ...gate.map(({ message }) => `  ! ${message}`), ...lines].join('\n')
}
