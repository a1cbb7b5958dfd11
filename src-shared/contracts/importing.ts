import { z } from 'zod'
import { request } from './define.ts'
import type { Job, SkippedFile } from '../domain/job.ts'
import { LABELS } from '../domain/labels.ts'
import type { Label } from '../domain/labels.ts'
import type { Mapping, MappingPreview, SourceTable } from '../domain/sources.ts'

const path = z.string().min(1).max(4096)
const id = z.string().min(1).max(80)

const column = z.string().min(1).max(200)
const label = z.enum(LABELS)

/** A mapping as a page or a file gives it. */
export const mappingSchema = z.strictObject({
  file: column,
  folder: column.optional(),
  patient: column.optional(),
  study: column.optional(),
  view: column.optional(),
  sex: column.optional(),
  age: column.optional(),
  split: column.optional(),
  labels: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('columns'), columns: z.partialRecord(label, column) }),
    z.strictObject({
      kind: z.literal('list'),
      column,
      separator: z.string().min(1).max(4).default('|'),
      words: z.record(z.string().max(200), z.array(label).max(LABELS.length)),
      denies: z.boolean().default(true),
    }),
  ]),
}) satisfies z.ZodType<Mapping>

export interface FolderEntry {
  name: string
  path: string
  folder: boolean
  /** Bytes; 0 for folders. */
  bytes: number
}

export const importingContract = {
  /**
   * Import files or folders the user chose: a folder with label files (or such a file) becomes a data set, anything else studies.
   * Answers at once; progress comes as `job` events.
   */
  'import.start': request<{ job: string }>()(
    z.object({
      paths: z.array(path).min(1).max(100_000),
      as: z.enum(['auto', 'studies', 'dataset']).default('auto'),
      name: z.string().max(120).optional(),
      labelsOnly: z.boolean().default(false),
      /** For tables that have its columns; it is remembered for their header. */
      mapping: mappingSchema.optional(),
    }),
  ),
  /** The tables in files and folders: which are known, and what the columns of the others seem to hold. */
  'import.tables': request<SourceTable[]>()(z.object({ paths: z.array(path).min(1).max(100) })),
  /** The first rows of a table as a mapping reads them. */
  'import.preview': request<MappingPreview>()(z.object({ path, mapping: mappingSchema })),
  /** What words mean in the public sets, or seem to. */
  'import.words': request<Record<string, Label[]>>()(z.object({ words: z.array(z.string().max(200)).max(2000) })),
  /** Dialog of the host: null when cancelled or when the host has none (web), where the page's own folder browser serves. */
  'import.choose': request<{ paths: string[] } | null>()(z.object({ what: z.enum(['files', 'folder', 'model', 'target']) })),
  /** The folder browser of the web host: starts in the home folder; `path` empty means that. */
  'import.browse': request<{ path: string; parent: string | null; entries: FolderEntry[] }>()(z.object({ path: z.string().max(4096).default('') })),

  'jobs.list': request<Job[]>()(z.object({})),
  'jobs.get': request<Job>()(z.object({ job: id })),
  'jobs.skipped': request<SkippedFile[]>()(z.object({ job: id })),
  'jobs.cancel': request<Job>()(z.object({ job: id })),
  'jobs.resume': request<Job>()(z.object({ job: id })),
  'jobs.clear': request<{ removed: number }>()(z.object({})),
}
