import { computed, onScopeDispose, ref } from 'vue'
import type { Job } from '../../../src-shared/domain/job.ts'
import { fromErrorShape } from '../../../src-shared/errors.ts'
import { useJobs } from '../../stores/jobs.ts'

/** One job that a panel has started: its progress, and what happens when it has ended. It goes on when the panel is left. */
export function useJob(done: (job: Job) => void) {
  const jobs = useJobs()
  const id = ref<string | null>(null)
  const error = ref<unknown>(null)
  const starting = ref(false)
  const job = computed(() => jobs.running.find((running) => running.id === id.value) ?? null)
  const busy = computed(() => starting.value || job.value !== null)

  async function start(ask: () => Promise<{ job: string }>): Promise<void> {
    error.value = null
    starting.value = true
    try {
      id.value = (await ask()).job
      // A short job may have ended before its id came.
      const over = jobs.jobs.find((known) => known.id === id.value)
      if (over && !jobs.running.includes(over)) ended(over)
    } catch (problem) {
      error.value = problem
    }
    starting.value = false
  }
  function ended(of: Job): void {
    if (of.id !== id.value) return
    id.value = null
    if (of.error) error.value = fromErrorShape(of.error)
    else if (of.state === 'finished') done(of)
  }
  async function cancel(): Promise<void> {
    if (id.value) await jobs.cancel(id.value)
  }
  onScopeDispose(jobs.onEnd(ended))
  return { job, busy, error, start, cancel }
}
