import type { Services } from '../index.ts'

export function jobsHandlers({ jobs }: Services) {
  return {
    'jobs.list': () => jobs.list(),
    'jobs.get': ({ job }: { job: string }) => jobs.get(job),
    'jobs.skipped': ({ job }: { job: string }) => jobs.skipped(job),
    'jobs.cancel': ({ job }: { job: string }) => jobs.cancel(job),
    'jobs.resume': ({ job }: { job: string }) => jobs.resume(job),
    'jobs.clear': () => ({ removed: jobs.clear() }),
  }
}
