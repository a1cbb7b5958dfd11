import type { Store } from '#main/store/index.ts'
import { derivedUid } from '#main/dicom/index.ts'
import { rawLabels, SEX_NAMES, type DecidedFilm } from './labels.ts'

/**
 * A data set of the films that readers decided on, with their words as labels. Patients stay together, so that splits by patient hold.
 * Call it inside a transaction.
 * @param films each with a file
 * @returns key of the set
 */
export function makeDataset(store: Store, name: string, films: readonly DecidedFilm[]): string {
  // No folder of label files stands behind it, so it is never imported again over itself.
  const set = store.datasets.create({ name, format: 'decisions', root: `decisions:${name}`, hasFiles: true, sample: false })
  films.forEach((film, row) => addFilm(store, set.key, film, row))
  return set.id
}

function addFilm(store: Store, dataset: number, film: DecidedFilm, row: number): void {
  // Without an id every study is taken for a patient of its own.
  const patientId = film.patientId || film.studyUid
  const patient = store.patients.ensure({ dataset, patientId, name: '', birthDate: '', sex: film.sex })
  const { seriesDescription: description, ...image } = store.images.get(film.image)
  const study =
    store.studies.findOfPatient(patient, film.studyUid) ??
    store.studies.insert({ studyUid: film.studyUid, patient, dataset, origin: 'dataset', date: '', time: '', accession: '', modality: 'OT', description: '', age: film.age })
  const series = store.series.ensure({ study, seriesUid: derivedUid(image.series), number: 1, modality: 'OT', description })
  const { kind, rows, columns, frames, view, laterality, lossy, transferSyntax, path, sopInstanceUid: sopUid } = image
  const bytes = store.images.fileOf(image.key)?.bytes ?? null
  const copy = store.images.insert({ series, sopUid, number: null, path, bytes, kind, rows, columns, frames, view, laterality, lossy, transferSyntax })
  store.datasetImages.insert({ dataset, row, image: copy, path: path!, part: null, patient: patientId, sex: film.sex ? SEX_NAMES[film.sex] : '', age: film.age, view: film.view, labels: rawLabels(film) })
}
