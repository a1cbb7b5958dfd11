import { join } from 'node:path'
import type { DatasetImage } from '#shared/domain/dataset.ts'
import { LABELS } from '#shared/domain/labels.ts'
import { CodedError, fromErrorShape, toErrorShape } from '#shared/errors.ts'
import { torchRandperm } from '#main/engine/data/permutation.ts'
import { writeWhole } from '#main/files/whole.ts'
import type { StoredDataset } from '#main/store/repositories/datasets.ts'
import type { Services } from '../index.ts'
import { EXTENSION, putFilm, type FilmFormat } from './films.ts'
import { minutesToRead } from './reading.ts'

type Parts = Pick<Services, 'store' | 'pool' | 'importing' | 'jobs'>

export interface Derived {
  sets: Record<FilmFormat, { dataset: string; minutesToRead: number }>
  images: number
  /** Films that could not be read and are on neither side. */
  unreadable: number
  /** How many of the images were made from a film of the other format, on each side. */
  made: Record<FilmFormat, number>
}

interface Place {
  image: DatasetImage
  /** `patient00001/study1/view1`, without its extension. */
  name: string
}

const PAGE = 500
/** Films written at a time. */
const BATCH = 16

/**
 * Two data sets of the same films, one DICOM and one JPEG, in CheXpert layout below `folder`; what is there already is used.
 * @param share per cent of the patients, drawn by the seed
 */
export async function deriveDatasets(parts: Parts, dataset: StoredDataset, { folder, share, seed, tag }: { folder: string; share: number; seed: number; tag: string }, signal: AbortSignal): Promise<Derived> {
  const all = placesOf(imagesOf(parts, dataset.key))
  const chosen = draw(all, share, seed)
  const films = chosen.map((place) => ({ ...place, film: parts.store.images.get(place.image.image) }))
  const written: Place[] = []
  for (let at = 0; at < films.length; at += BATCH) {
    signal.throwIfAborted()
    const batch = films.slice(at, at + BATCH)
    const kept = await Promise.all(batch.map(async ({ film, name }) => film.path !== null && (await putBoth(parts, { path: film.path, kind: film.kind }, join(folder, '{}', 'train', name), signal))))
    written.push(...batch.filter((_, i) => kept[i]))
  }
  if (!written.length) throw new CodedError('NO_FILMS', `No film of "${dataset.name}" can be read.`, { remedy: 'The data set lists what is wrong with each.' })
  const sets = {} as Derived['sets']
  const minutes = await minutesToRead(parts.pool, (format) => written.map(({ name }) => pathIn(folder, format, name)), signal)
  for (const format of ['dicom', 'jpeg'] as const) {
    await writeLabels(join(folder, format, 'train.csv'), written, EXTENSION[format])
    sets[format] = { dataset: await importFolder(parts, join(folder, format), `${dataset.name}, ${format.toUpperCase()} (${tag})`), minutesToRead: minutes[format] }
  }
  const kinds = written.map(({ image }) => parts.store.images.get(image.image).kind)
  const made = (format: FilmFormat): number => kinds.filter((kind) => kind !== format).length
  return { sets, images: written.length, unreadable: films.length - written.length, made: { dicom: made('dicom'), jpeg: made('jpeg') } }
}

const pathIn = (folder: string, format: FilmFormat, name: string): string => join(folder, format, 'train', `${name}.${EXTENSION[format]}`)

function imagesOf({ store }: Parts, dataset: number): DatasetImage[] {
  const filter = { search: '', labels: [] }
  const total = store.datasetImages.count({ dataset, filter })
  const pages = Array.from({ length: Math.ceil(total / PAGE) }, (_, page) => store.datasetImages.list({ dataset, filter, sort: 'row', descending: false, offset: page * PAGE, limit: PAGE }))
  return pages.flat()
}

/** Patients, studies and films numbered in the order in which they come: whoever looks at the folder learns no name. */
function placesOf(images: readonly DatasetImage[]): Place[] {
  const patients = new Map<string, { number: number; studies: Map<string, number> }>()
  const views = new Map<string, number>()
  return images.map((image) => {
    const patient = patients.get(image.patient) ?? { number: patients.size + 1, studies: new Map<string, number>() }
    patients.set(image.patient, patient)
    const study = patient.studies.get(image.study) ?? patient.studies.size + 1
    patient.studies.set(image.study, study)
    const view = (views.get(image.study) ?? 0) + 1
    views.set(image.study, view)
    return { image, name: `patient${String(patient.number).padStart(5, '0')}/study${study}/view${view}` }
  })
}

/** Whole patients until their films are the share asked for; in the order of the set. */
function draw(places: readonly Place[], share: number, seed: number): Place[] {
  if (share >= 100) return [...places]
  const byPatient = Map.groupBy(places, ({ image }) => image.patient)
  const patients = [...byPatient.keys()]
  const chosen = new Set<string>()
  let films = 0
  for (const at of torchRandperm(patients.length, seed)) {
    if (films >= (share / 100) * places.length) break
    chosen.add(patients[at]!)
    films += byPatient.get(patients[at]!)!.length
  }
  return places.filter(({ image }) => chosen.has(image.patient))
}

/** Whether the film could be read. @param pattern target without extension, `{}` standing for the format */
async function putBoth({ pool }: Parts, film: Parameters<typeof putFilm>[1], pattern: string, signal: AbortSignal): Promise<boolean> {
  try {
    for (const format of ['dicom', 'jpeg'] as const) await putFilm(pool, film, format, `${pattern.replace('{}', format)}.${EXTENSION[format]}`, signal)
    return true
  } catch (error) {
    signal.throwIfAborted()
    // Of the film, as the data set's own list of what could not be read will say; a full disk is no such thing.
    if (toErrorShape(error).code === 'INTERNAL') throw error
    return false
  }
}

async function writeLabels(file: string, places: readonly Place[], extension: string): Promise<void> {
  const lines = places.map(({ image, name }) => {
    const [side = '', projection = ''] = image.view.split(' ')
    return [`train/${name}.${extension}`, image.sex, image.age ?? '', side, projection, ...LABELS.map((label) => image.labels[label] ?? '')].join(',')
  })
  await writeWhole(file, `${[['Path', 'Sex', 'Age', 'Frontal/Lateral', 'AP/PA', ...LABELS].join(','), ...lines].join('\n')}\n`)
}

async function importFolder({ importing, jobs }: Parts, folder: string, name: string): Promise<string> {
  const job = await jobs.ended(importing.start({ paths: [folder], as: 'dataset', name, labelsOnly: false }).id)
  if (job.error) throw fromErrorShape(job.error)
  if (job.state !== 'finished') throw new CodedError('CANCELLED', `The import of the derived films was ${job.state}.`)
  return String(job.result!['dataset'])
}
