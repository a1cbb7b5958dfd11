import { resolve } from 'node:path'
import { CodedError, fromErrorShape } from '#shared/errors.ts'
import type { Job, SkippedFile } from '#shared/domain/job.ts'
import { command, oneOf } from './command.ts'
import { followJob } from './progress.ts'

export const datasetImport = command({
  name: 'dataset import',
  summary: 'Bring a folder or CSV in CheXpert layout into the library; films without labels become studies',
  usage: 'PATH [--name N] [--format auto|chexpert] [--labels-only]',
  arguments: [1, 1],
  options: { name: { type: 'string' }, format: { type: 'string', default: 'auto' }, 'labels-only': { type: 'boolean', default: false } },
  async run([path = ''], values, context) {
    const as = oneOf('format', values.format, ['auto', 'chexpert']) === 'chexpert' ? 'dataset' : 'auto'
    const { importing, jobs } = context.services()
    const job = importing.start({ paths: [resolve(path)], as, name: values.name, labelsOnly: values['labels-only'] })
    const ended = await followJob(context, job.id)
    const skipped = jobs.skipped(job.id)
    if (ended.state !== 'finished') throw failure(ended)
    const result = importResult(ended, skipped)
    return { json: result, text: [summary(result), ...skipped.map(({ path: file, code, message }) => `skipped ${file}: ${code}: ${message}`)].join('\n') }
  },
})

interface ImportResult {
  /** Id, null when only studies came in. */
  dataset: string | number | null
  name: string | number | null
  images: number
  patients: number | null
  labelled: number
  /** Films that became studies. */
  opened: number
  skipped: SkippedFile[]
}

function importResult({ result }: Job, skipped: SkippedFile[]): ImportResult {
  const number = (name: string): number => Number(result?.[name] ?? 0)
  if (typeof result?.['dataset'] === 'string') {
    return { dataset: result['dataset'], name: result['name'] ?? null, images: number('images'), patients: number('patients'), labelled: number('labelled'), opened: number('opened'), skipped }
  }
  const images = number('images') + number('known')
  const [first] = skipped
  if (images === 0 && first) throw new CodedError(first.code, first.message, { file: first.path })
  if (images === 0) throw new CodedError('NOTHING_TO_IMPORT', 'There is neither a label file nor a film here.', { remedy: 'Name a folder that holds train.csv, or DICOM files.' })
  return { dataset: null, name: null, images, patients: null, labelled: 0, opened: number('images'), skipped }
}

function failure({ state, error }: Job): CodedError {
  return error ? fromErrorShape(error) : new CodedError('CANCELLED', `The import was ${state}; what is in stays, and the same command goes on from there.`)
}

function summary({ dataset, name, images, patients, labelled, opened, skipped }: ImportResult): string {
  const studies = opened ? `, ${opened} films opened as studies` : ''
  const set = dataset === null ? `${images} films in the library` : `${name} (${dataset}): ${images} images of ${patients} patients, ${labelled} with a positive label`
  return `${set}${studies}; ${skipped.length} skipped`
}
