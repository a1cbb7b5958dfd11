import { z } from 'zod'
import { request } from './define.ts'
import type { FilmDisplay } from '../display/film.ts'
import type { DicomTag, ImageRow, StudyDetail, StudyRow } from '../domain/study.ts'

const id = z.string().min(1).max(80)

export const studyQuery = z.object({
  search: z.string().max(200).default(''),
  origin: z.enum(['library', 'dataset', 'all']).default('library'),
  status: z.enum(['new', 'predicted', 'reviewed', 'reported']).optional(),
  modality: z.string().max(16).optional(),
  sort: z.enum(['date', 'patientName', 'patientId', 'description', 'images', 'status']).default('date'),
  descending: z.boolean().default(true),
  offset: z.number().int().min(0).default(0),
  limit: z.number().int().min(1).max(500).default(200),
})

export const studiesContract = {
  'studies.list': request<{ total: number; rows: StudyRow[] }>()(studyQuery),
  /** `study` is our id or a StudyInstanceUID. */
  'studies.get': request<StudyDetail>()(z.object({ study: id })),
  'studies.remove': request<{ removed: number }>()(z.object({ studies: z.array(id).min(1).max(10_000) })),
  'studies.removeSamples': request<{ studies: number; datasets: number }>()(z.object({})),
  'studies.loadSamples': request<{ job: string }>()(z.object({})),
  'images.get': request<ImageRow>()(z.object({ image: id })),
  'images.display': request<FilmDisplay>()(z.object({ image: id })),
  'images.tags': request<DicomTag[]>()(z.object({ image: id })),
}
