import { z } from 'zod'
import { imageFilter, label, policySchema } from './datasets.ts'
import { request } from './define.ts'
import type { EditPreview, ImageLabelChange, LabelChange } from '../domain/labelEdits.ts'
import type { Policy } from '../domain/labels.ts'

const id = z.string().min(1).max(80)

/** Which images (rows by their ids, else all that meet the filter) get which values. */
const edit = z.object({
  dataset: id,
  rows: z.array(id).min(1).max(100_000).optional(),
  filter: imageFilter.default({ search: '', labels: [] }),
  values: z.partialRecord(label, z.union([z.literal(1), z.literal(0), z.literal(-1), z.null()])).refine((values) => Object.keys(values).length > 0, 'no label is named'),
})

/** A change that is made, or the job that makes it where it is a large one. */
export type StartedChange = { change: LabelChange; job: null } | { change: null; job: string }

export const labelsContract = {
  'labels.preview': request<EditPreview>()(edit),
  /** Who did it is the reader of the settings. */
  'labels.edit': request<StartedChange>()(edit.extend({ why: z.string().trim().max(500).default('') })),
  /** Take a change back, where no newer one has changed the same again. */
  'labels.undo': request<StartedChange>()(z.object({ change: id })),
  /** Newest first. */
  'labels.history': request<LabelChange[]>()(z.object({ dataset: id, offset: z.number().int().min(0).default(0), limit: z.number().int().min(1).max(500).default(100) })),
  /** What happened to one image. @param row id of the data set's row */
  'labels.ofImage': request<ImageLabelChange[]>()(z.object({ row: id })),
  /** The policies that were chosen, by the id of the data set; where none was, the paper's holds. */
  'labels.policies': request<Record<string, Policy>>()(z.object({})),
  /** Null: the paper's again. */
  'labels.setPolicy': request<Record<string, Policy>>()(z.object({ dataset: id, policy: policySchema.nullable() })),
}
