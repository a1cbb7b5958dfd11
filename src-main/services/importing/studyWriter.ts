import { basename, extname } from 'node:path'
import type { Inspection } from '#main/dicom/index.ts'
import type { Store } from '#main/store/index.ts'
import type { FilmFile } from './sets/writer.ts'

/**
 * Files one film under its patient, study and series; call it inside a transaction.
 * @returns whether it was new: a film is known by its UIDs, or by its content where it has none
 */
export function fileFilm(store: Store, film: FilmFile & { inspection: Inspection }, origin: 'opened' | 'sample'): boolean {
  const { uids, metadata } = film.inspection
  const study = store.studies.find(uids.studyInstanceUid) ?? addStudy(store, film, origin)
  const series = store.series.ensure({
    study,
    seriesUid: uids.seriesInstanceUid,
    number: null,
    modality: metadata?.modality ?? 'OT',
    description: metadata?.seriesDescription ?? '',
  })
  const known = store.images.find(series, uids.sopInstanceUid)
  if (known !== undefined) {
    // The same film from another place: the newest place holds, the old one may be gone.
    store.images.attach(known, film)
    return false
  }
  const { path, bytes, kind, rows, columns, frames, lossy, transferSyntax } = film
  store.images.insert({
    ...{ series, sopUid: uids.sopInstanceUid, number: null, path, bytes, kind, rows, columns, frames, lossy, transferSyntax },
    view: metadata?.viewPosition ?? '',
    laterality: metadata?.laterality ?? '',
  })
  return true
}

function addStudy(store: Store, { path, inspection }: FilmFile & { inspection: Inspection }, origin: 'opened' | 'sample'): number {
  const { uids, metadata } = inspection
  // Without id and name two patients must not become one: a picture is known by its file's name, a film by its study.
  const nameless = metadata ? `unknown-${uids.studyInstanceUid.slice(-8)}` : basename(path, extname(path))
  const patient = store.patients.ensure({
    dataset: null,
    patientId: metadata?.patientId ?? (metadata?.patientName ? '' : nameless),
    name: metadata?.patientName ?? '',
    birthDate: metadata?.birthDate ?? '',
    sex: metadata?.sex ?? null,
  })
  return store.studies.insert({
    studyUid: uids.studyInstanceUid,
    patient,
    dataset: null,
    origin,
    date: metadata?.studyDate ?? '',
    time: metadata?.studyTime ?? '',
    accession: metadata?.accessionNumber ?? '',
    modality: metadata?.modality ?? 'OT',
    description: metadata?.studyDescription ?? '',
    age: metadata?.ageYears ?? null,
  })
}
