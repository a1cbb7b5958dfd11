import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { CodedError, fromErrorShape } from '#shared/errors.ts'
import { mappingSchema } from '#shared/contracts/importing.ts'
import type { Job, SkippedFile } from '#shared/domain/job.ts'
import type { Mapping, SourceTable } from '#shared/domain/sources.ts'
import { command, oneOf } from './command.ts'
import { followJob } from './progress.ts'

export const datasetImport = command({
  name: 'dataset import',
  summary: 'Bring label files with their films into the library (CheXpert, MIMIC-CXR, ChestX-ray14, PadChest, or any table with --map); films without labels become studies',
  usage: 'PATH [--name N] [--format auto|dataset|chexpert] [--labels-only] [--map FILE.json] [--preview]',
  details: `PATH is a folder, a table (CSV or TSV, plain or gzipped), a ZIP archive, a DICOMDIR or a film.

  --map FILE.json  which columns of the table hold what; remembered for tables with the same header. --preview prints one to start from:
                   {"file": "image", "patient": "subject", "split": "fold",
                    "labels": {"kind": "list", "column": "findings", "separator": "|", "words": {"Effusion": ["Pleural Effusion"]}}}
                   or a column a label: "labels": {"kind": "columns", "columns": {"Edema": "edema"}}
  --preview        tells what the tables are, and imports nothing
  --labels-only    rows without their films`,
  arguments: [1, 1],
  options: {
    name: { type: 'string' },
    format: { type: 'string', default: 'auto' },
    'labels-only': { type: 'boolean', default: false },
    map: { type: 'string' },
    preview: { type: 'boolean', default: false },
  },
  async run([path = ''], values, context) {
    const as = values.map !== undefined || oneOf('format', values.format, ['auto', 'dataset', 'chexpert']) !== 'auto' ? 'dataset' : 'auto'
    const mapping = values.map === undefined ? undefined : await readMapping(values.map)
    const { importing, jobs } = context.services()
    if (values.preview) return preview(await importing.tables([resolve(path)]))
    const job = importing.start({ paths: [resolve(path)], as, name: values.name, labelsOnly: values['labels-only'], mapping })
    const ended = await followJob(context, job.id)
    const skipped = jobs.skipped(job.id)
    if (ended.state !== 'finished') throw failure(ended)
    const result = importResult(ended, skipped)
    return { json: result, text: [summary(result), ...skipped.map(({ path: file, code, message }) => `skipped ${file}: ${code}: ${message}`)].join('\n') }
  },
})

/** @throws BAD_MAPPING naming what is wrong and where */
async function readMapping(file: string): Promise<Mapping> {
  const bad = (message: string, cause?: unknown): CodedError => new CodedError('BAD_MAPPING', message, { file, cause, remedy: 'See `xclassifier dataset import --help` for its form.' })
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw bad(`The mapping cannot be read (${error.code}).`, error)
  })
  try {
    const { data, error } = mappingSchema.safeParse(JSON.parse(text))
    if (data) return data
    throw bad(`The mapping is not understood: ${error.issues.map(({ path, message }) => `${path.join('.') || 'mapping'}: ${message}`).join('; ')}.`)
  } catch (error) {
    throw error instanceof CodedError ? error : bad('The mapping is no JSON.', error)
  }
}

function preview(tables: SourceTable[]): { json: object; text: string } {
  if (!tables.length) throw new CodedError('NO_LABEL_FILE', 'There is no table here.', { remedy: 'Name a CSV, or the folder that holds it.' })
  const lines = tables.flatMap(({ path, format, columns, mapping, vocabulary }) => [
    `${path}: ${format ?? 'not known'}`,
    `  columns: ${columns.join(', ')}`,
    ...(mapping ? [`  mapping: ${JSON.stringify(mapping)}`] : []),
    ...Object.entries(vocabulary?.words ?? {}).map(([word, labels]) => `  ${word}: ${labels.join(', ') || 'no counterpart'}`),
  ])
  return { json: { tables }, text: lines.join('\n') }
}

interface ImportResult {
  /** Id, null when only studies came in. */
  dataset: string | number | null
  name: string | number | null
  images: number
  patients: number | null
  labelled: number
  /** Films that became studies. */
  opened: number
  /** Words without a counterpart among the labels, and in how many rows they stood. */
  unmapped?: string
  /** Id of the split that the set's own lists make. */
  split?: string
  skipped: SkippedFile[]
}

function importResult({ result }: Job, skipped: SkippedFile[]): ImportResult {
  const number = (name: string): number => Number(result?.[name] ?? 0)
  const text = (name: string): Record<string, string> => (typeof result?.[name] === 'string' ? { [name]: result[name] } : {})
  if (typeof result?.['dataset'] === 'string') {
    return { dataset: result['dataset'], name: result['name'] ?? null, images: number('images'), patients: number('patients'), labelled: number('labelled'), opened: number('opened'), ...text('unmapped'), ...text('split'), skipped }
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

function summary({ dataset, name, images, patients, labelled, opened, unmapped, split, skipped }: ImportResult): string {
  const studies = opened ? `, ${opened} films opened as studies` : ''
  const set = dataset === null ? `${images} films in the library` : `${name} (${dataset}): ${images} images of ${patients} patients, ${labelled} with a positive label`
  const official = split ? `; split ${split} from the set's own lists` : ''
  const words = unmapped ? `\nno counterpart among the labels: ${unmapped}` : ''
  return `${set}${studies}${official}; ${skipped.length} skipped${words}`
}
