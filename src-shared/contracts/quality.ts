import { z } from 'zod'
import { request } from './define.ts'
import type { Split } from '../domain/dataset.ts'
import type { Job } from '../domain/job.ts'
import { QUALITY_CHOICES, QUALITY_REASONS } from '../domain/quality.ts'
import type { DuplicateLeak, QualityFilm, QualitySummary, QualityWord } from '../domain/quality.ts'

const id = z.string().min(1).max(80)
const dataset = id
const reason = z.enum(QUALITY_REASONS)

/** Doubtful films of a data set, and what was decided on them. `dataset`: id or name. */
export const qualityContract = {
  'quality.summary': request<QualitySummary>()(z.object({ dataset })),
  /** Measure what was not measured yet, and look at all films together. */
  'quality.check': request<Job>()(z.object({ dataset })),
  /** Films with a reason; without one all that are in doubt or were decided on. */
  'quality.films': request<{ total: number; rows: QualityFilm[] }>()(
    z.object({ dataset, reason: reason.optional(), choice: z.enum(QUALITY_CHOICES).optional(), offset: z.number().int().min(0).default(0), limit: z.number().int().min(1).max(200).default(60) }),
  ),
  /** On some rows, or on every film with a reason that is still open. Returns how many it changed. */
  'quality.decide': request<{ films: number }>()(
    z.object({ dataset, choice: z.enum(QUALITY_CHOICES), note: z.string().trim().max(500).default(''), rows: z.array(id).min(1).max(10_000).optional(), reason: reason.optional() }),
  ),
  'quality.history': request<QualityWord[]>()(z.object({ dataset, row: id.optional() })),
  'quality.export': request<{ path?: string; url?: string } | null>()(z.object({ dataset })),
  'quality.leak': request<DuplicateLeak>()(z.object({ split: id })),
  /** The same split with the films of each group of duplicates in one part; the new one serves from now on. */
  'quality.resolve': request<{ split: Split; moved: number }>()(z.object({ split: id })),
}
