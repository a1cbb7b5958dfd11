import { mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { runInput } from '#shared/contracts/training.ts'
import type { Prediction } from '#shared/domain/prediction.ts'
import { CodedError } from '#shared/errors.ts'
import { openFilm, overlayPng } from '#main/dicom/index.ts'
import { createServices } from '#main/services/index.ts'
import type { Services } from '#main/services/index.ts'
import { SAMPLE_DATASET } from '#main/services/samples/samples.ts'
import { command } from './command.ts'
import type { Context } from './command.ts'
import { followRun } from './runStream.ts'

/** Small enough for two cores: what it learns in two epochs is little, that everything works is the point. */
const RUN = { dataset: SAMPLE_DATASET, epochs: 2, workers: 2, batch: 8, size: 96, init: 'random', device: 'cpu', name: 'Demo' } as const

export const demo = command({
  name: 'demo',
  summary: 'Walk the whole loop on the samples: import, train 2 epochs on 2 processes, predict, overlay, report',
  usage: '[--out DIR]',
  arguments: [0, 0],
  options: { out: { type: 'string', default: 'xclassifier-demo' } },
  async run(_args, { out }, context) {
    const folder = resolve(out)
    await mkdir(folder, { recursive: true })
    // A library of its own: the demonstration leaves the user's alone.
    const services = createServices({ dataFolder: join(folder, 'library'), host: context.host })
    try {
      const made = await walk({ ...context, services: () => services }, services, folder)
      return { json: made, text: `Everything is in ${folder}` }
    } finally {
      await services.close()
    }
  },
})

async function walk(context: Context, services: Services, folder: string): Promise<object> {
  const { jobs, samples, datasets, studies, predictions, reports } = services
  context.say('1. Import the sample studies and the sample data set')
  await jobs.ended(samples.load().id)
  const dataset = datasets.get(SAMPLE_DATASET)
  context.say(`   ${dataset.images} films of ${dataset.patients} patients, ${dataset.labelled} with a positive label`)

  context.say(`2. Train ${RUN.epochs} epochs on ${RUN.workers} processes`)
  // Told in words alone: stdout is for what was made.
  await followRun({ ...context, json: false, stream: () => {} }, () => services.training.start(runInput.parse(RUN)))
  const run = services.training.list()[0]!
  if (!run.model) throw new CodedError('RUN_STOPPED', 'The run was stopped before it made a model.')
  context.say(`   model ${run.model}`)

  context.say('3. Predict a study')
  const study = studies.list({ search: '', origin: 'library', sort: 'date', descending: true, offset: 0, limit: 1 }).rows[0]!
  const { predictions: [prediction] } = await predictions.study(study.id, run.model, true)
  if (!prediction) throw new CodedError('STUDY_EMPTY', 'The sample study has no film.')
  const top = prediction.scores.reduce((a, b) => (b.raw > a.raw ? b : a))
  context.say(`   ${top.label} ${top.raw.toFixed(2)}`)

  context.say('4. Lay the heat map over the film')
  const overlay = await drawOverlay(services, prediction, top.label, folder)
  context.say(`   ${overlay}`)

  context.say('5. Write the report')
  const pdf = join(folder, 'report.pdf')
  await reports.write(study.id, 'pdf', pdf)
  context.say(`   ${pdf}`)
  return { dataset: dataset.id, run: run.id, model: run.model, study: study.id, prediction: prediction.id, overlay, report: pdf }
}

async function drawOverlay({ store, predictions }: Services, { id, image }: Prediction, label: Prediction['scores'][number]['label'], folder: string): Promise<string> {
  const { path } = store.images.get(image)
  if (!path) throw new CodedError('FILE_NOT_FOUND', 'The film of the prediction is gone.')
  const { height, width, shift, values } = predictions.activation(id, label)
  const file = join(folder, 'overlay.png')
  await writeFile(file, await overlayPng(await openFilm(path), { height, width, shift, values: Float32Array.from(values) }))
  return file
}
