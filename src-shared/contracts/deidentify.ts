import { z } from 'zod'
import { request } from './define.ts'

export const deidentifyContract = {
  /** De-identified copies of the films of studies; progress and what was left out come with the job. */
  'deidentify.start': request<{ job: string }>()(
    z.object({
      studies: z.array(z.string().min(1).max(80)).min(1).max(10_000),
      /** Folder that the user chose. */
      out: z.string().min(1).max(4096),
      shiftDates: z.boolean().default(false),
      keepBurnedIn: z.boolean().default(false),
    }),
  ),
}
