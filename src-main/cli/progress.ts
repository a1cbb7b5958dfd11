import type { Job } from '#shared/domain/job.ts'
import { CodedError, fromErrorShape } from '#shared/errors.ts'
import type { Context } from './command.ts'

const EVERY = 2000

/** Tell the progress of a job on stderr until it ends; Ctrl+C cancels it. */
export async function followJob({ services, host, signal, say }: Context, id: string): Promise<Job> {
  const { jobs } = services()
  let said = Date.now()
  host.on('job', (job) => {
    if (job.id !== id || job.state !== 'running' || Date.now() - said < EVERY) return
    said = Date.now()
    say(`${job.title}: ${job.done}${job.total ? ` of ${job.total}` : ''}, ${Math.round(job.rate)}/s${job.timeLeft === null ? '' : `, ${Math.ceil(job.timeLeft)} s left`}`)
  })
  const cancel = (): void => void jobs.cancel(id)
  signal.addEventListener('abort', cancel, { once: true })
  try {
    return await jobs.ended(id)
  } finally {
    signal.removeEventListener('abort', cancel)
  }
}

/** What a job made, once it has. @throws its error, JOB_CANCELLED */
export async function resultOf(context: Context, id: string): Promise<NonNullable<Job['result']>> {
  const job = await followJob(context, id)
  for (const { path, code, message } of context.services().jobs.skipped(id)) context.say(`${path}: ${code}: ${message}`)
  if (job.error) throw fromErrorShape(job.error)
  if (!job.result) throw new CodedError('JOB_CANCELLED', `${job.title}: stopped before its end.`, { remedy: 'Start it again; what it has predicted is kept.' })
  return job.result
}
