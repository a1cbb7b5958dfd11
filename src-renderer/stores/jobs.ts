import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import type { Job } from '../../src-shared/domain/job.ts'
import { call, useEvent } from '../bridge/index.ts'
import { attempt } from '../ui/errors.ts'

export const isOver = (job: Job): boolean => job.state !== 'queued' && job.state !== 'running'

export const useJobs = defineStore('jobs', () => {
  /** Newest first. */
  const jobs = ref<Job[]>([])
  const drawer = ref(false)
  const running = computed(() => jobs.value.filter((job) => !isOver(job)))
  const endings = new Set<(job: Job) => void>()

  function put(job: Job): void {
    const index = jobs.value.findIndex((other) => other.id === job.id)
    const ended = isOver(job) && (index < 0 || !isOver(jobs.value[index]!))
    if (index < 0) jobs.value.unshift(job)
    else jobs.value[index] = job
    if (ended) for (const listener of endings) listener(job)
  }
  async function load(): Promise<void> {
    await attempt(async () => (jobs.value = (await call('jobs.list', {})).toSorted((a, b) => b.startedAt.localeCompare(a.startedAt))))
  }
  async function cancel(job: string): Promise<void> {
    await attempt(async () => put(await call('jobs.cancel', { job })))
  }
  async function resume(job: string): Promise<void> {
    await attempt(async () => put(await call('jobs.resume', { job })))
  }
  async function clear(): Promise<void> {
    await attempt(() => call('jobs.clear', {}))
    await load()
  }
  /** Told once for every job that ends from now on; returns the function that stops it. */
  function onEnd(listener: (job: Job) => void): () => void {
    endings.add(listener)
    return () => endings.delete(listener)
  }

  useEvent('job', put)
  return { jobs, drawer, running, load, cancel, resume, clear, onEnd }
})
