import { z } from 'zod'
import { request } from './define.ts'
import type { DatasetRow } from '../domain/dataset.ts'
import type { DecisionCounts, DecisionEntry } from '../domain/decision.ts'

/** Decisions are made by saving a report; here they are read. */
export const decisionsContract = {
  /** Every word of a reader on a study, newest first. */
  'decisions.history': request<DecisionEntry[]>()(z.object({ study: z.string().min(1).max(80) })),
  'decisions.counts': request<DecisionCounts>()(z.object({})),
  /** What stands, as a label file. As `reports.export`. */
  'decisions.export': request<{ path?: string; url?: string } | null>()(z.object({})),
  /** What stands, as a data set to train on. */
  'decisions.toDataset': request<DatasetRow>()(z.object({ name: z.string().trim().min(1).max(120) })),
}
