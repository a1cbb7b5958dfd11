import { z } from 'zod'
import { request } from './define.ts'
import type { Job, SkippedFile } from '../domain/job.ts'

const path = z.string().min(1).max(4096)
const id = z.string().min(1).max(80)

export interface FolderEntry {
  name: string
  path: string
  folder: boolean
  /** Bytes; 0 for folders. */
  bytes: number
}

export const importingContract = {
  /**
   * Import files or folders the user chose: a folder with a CheXpert CSV (or such a CSV) becomes a data set, anything else studies.
   * Answers at once; progress comes as `job` events.
   */
  'import.start': request<{ job: string }>()(
    z.object({
      paths: z.array(path).min(1).max(100_000),
      as: z.enum(['auto', 'studies', 'dataset']).default('auto'),
      name: z.string().max(120).optional(),
      labelsOnly: z.boolean().default(false),
    }),
  ),
  /** Dialog of the host: null when cancelled or when the host has none (web), where the page's own folder browser serves. */
  'import.choose': request<{ paths: string[] } | null>()(z.object({ what: z.enum(['files', 'folder', 'model']) })),
  /** The folder browser of the web host: starts in the home folder; `path` empty means that. */
  'import.browse': request<{ path: string; parent: string | null; entries: FolderEntry[] }>()(z.object({ path: z.string().max(4096).default('') })),

  'jobs.list': request<Job[]>()(z.object({})),
  'jobs.get': request<Job>()(z.object({ job: id })),
  'jobs.skipped': request<SkippedFile[]>()(z.object({ job: id })),
  'jobs.cancel': request<Job>()(z.object({ job: id })),
  'jobs.resume': request<Job>()(z.object({ job: id })),
  'jobs.clear': request<{ removed: number }>()(z.object({})),
}
