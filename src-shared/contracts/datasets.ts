import { z } from 'zod'
import { request } from './define.ts'
import { LABELS } from '../domain/labels.ts'
import type { Cooccurrence, DatasetFacets, DatasetImage, DatasetRow, DatasetStats, LabelCount, PatientFilm, PolicyEffect, SavedFilter, Split } from '../domain/dataset.ts'
import type { SkippedFile } from '../domain/job.ts'

const id = z.string().min(1).max(80)
export const label = z.enum(LABELS)
const name = z.string().trim().min(1).max(120)
const labelPolicy = z.enum(['zeros', 'ones', 'ignore'])
export const policySchema = z.object({
  uncertain: labelPolicy.default('zeros'),
  blank: labelPolicy.default('zeros'),
  dropWithoutPositive: z.boolean().default(true),
  /** Labels that are read in a way of their own. */
  labels: z.partialRecord(label, z.strictObject({ uncertain: labelPolicy.optional(), blank: labelPolicy.optional() })).optional(),
})

export const labelReading = z.enum(['raw', 'edited'])

export const imageFilter = z.object({
  search: z.string().max(200).default(''),
  /** Every entry must hold: the label has this raw value. */
  labels: z.array(z.object({ label, value: z.enum(['positive', 'negative', 'uncertain', 'blank']) })).default([]),
  sex: z.string().max(16).optional(),
  ageFrom: z.number().optional(),
  ageTo: z.number().optional(),
  view: z.string().max(32).optional(),
  source: z.string().max(1000).optional(),
  /** Code of what is wrong with the film, '' for nothing, `*` for anything. */
  problem: z.string().max(80).optional(),
  split: id.optional(),
  part: z.enum(['train', 'val', 'test']).optional(),
  /** Whether somebody changed a label of it. */
  edited: z.boolean().optional(),
  /** Which labels are meant; left out: as edited. */
  reading: labelReading.optional(),
})

export const splitInput = z.object({
  dataset: id,
  by: z.enum(['patient', 'image', 'file']).default('patient'),
  preset: z.enum(['as-released']).optional(),
  seed: z.number().int().min(0).max(2 ** 32 - 1).default(42),
  /** Per cent for training, validation, test. */
  ratios: z.tuple([z.number(), z.number(), z.number()]).default([80, 10, 10]),
  /** Only rows that it keeps are divided; the paper's split is one of labelled rows. */
  policy: policySchema.default({ uncertain: 'zeros', blank: 'zeros', dropWithoutPositive: true }),
})

export const datasetsContract = {
  'datasets.list': request<DatasetRow[]>()(z.object({})),
  /** `dataset`: id or name. */
  'datasets.get': request<DatasetRow>()(z.object({ dataset: id })),
  'datasets.images': request<{ total: number; rows: DatasetImage[] }>()(
    z.object({
      dataset: id,
      filter: imageFilter.default({ search: '', labels: [] }),
      sort: z.enum(['row', 'patient', 'age', 'sex', 'view']).default('row'),
      descending: z.boolean().default(false),
      offset: z.number().int().min(0).default(0),
      limit: z.number().int().min(1).max(500).default(100),
    }),
  ),
  'datasets.facets': request<DatasetFacets>()(z.object({ dataset: id, filter: imageFilter.default({ search: '', labels: [] }) })),
  /** All films of the patient whose row this is. */
  'datasets.patient': request<{ patient: string; films: PatientFilm[] }>()(z.object({ row: id, split: id.optional(), reading: labelReading.optional() })),
  'datasets.filters': request<SavedFilter[]>()(z.object({ dataset: id })),
  'datasets.saveFilter': request<SavedFilter[]>()(z.object({ dataset: id, name, filter: imageFilter })),
  'datasets.removeFilter': request<SavedFilter[]>()(z.object({ dataset: id, name })),
  /** A data set of some rows, or of all that meet the filter; the job's result is as that of an import. */
  'datasets.subset': request<{ job: string }>()(z.object({ dataset: id, name, rows: z.array(id).min(1).max(100_000).optional(), filter: imageFilter.default({ search: '', labels: [] }) })),
  /** A label file of the rows that meet the filter: saved, or offered at an address. */
  'datasets.export': request<{ path?: string; url?: string } | null>()(z.object({ dataset: id, filter: imageFilter.default({ search: '', labels: [] }) })),
  'datasets.labelCounts': request<LabelCount[]>()(z.object({ dataset: id, reading: labelReading.optional() })),
  'datasets.cooccurrence': request<Cooccurrence>()(z.object({ dataset: id, policy: policySchema.default({ uncertain: 'zeros', blank: 'zeros', dropWithoutPositive: true }) })),
  'datasets.stats': request<DatasetStats>()(z.object({ dataset: id, uncertain: z.enum(['zeros', 'ones', 'ignore']).default('zeros') })),
  /** What a policy makes of the labels as edited; `before`: and what changes from that one to it. */
  'datasets.policyEffect': request<PolicyEffect>()(z.object({ dataset: id, policy: policySchema, before: policySchema.optional() })),
  'datasets.split': request<Split>()(splitInput),
  'datasets.splits': request<Split[]>()(z.object({ dataset: id })),
  'datasets.skipped': request<SkippedFile[]>()(z.object({ dataset: id })),
  'datasets.rename': request<DatasetRow>()(z.object({ dataset: id, name })),
  'datasets.remove': request<{ removed: boolean }>()(z.object({ dataset: id })),
}
