import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import type { Job, SkippedFile } from '../../src-shared/domain/job.ts'
import type { RequestInput } from '../../src-shared/contracts/index.ts'
import { call, isElectron, pathsOfFiles } from '../bridge/index.ts'
import { useJobs } from '../stores/jobs.ts'
import { attempt } from '../ui/errors.ts'
import { toast } from '../ui/toast.ts'
import { droppedFiles, droppedItems } from './dropped.ts'
import { importedWhat } from './result.ts'
import { useExplaining } from './sources/explain.ts'
import { strings as t } from './strings.ts'

/** `target`: a folder to write into. */
export type What = RequestInput<'import.choose'>['what']
type Options = Omit<RequestInput<'import.start'>, 'paths'>

/** Opening and importing, from every page: dialogs of the host or our own folder browser, drops, and what was skipped at the end. */
export const useImporting = defineStore('importing', () => {
  const jobs = useJobs()
  /** What the folder browser asks for; null while it is closed. */
  const browsing = shallowRef<{ what: What; answer(paths: string[] | null): void } | null>(null)
  const skipped = shallowRef<SkippedFile[] | null>(null)
  const uploading = ref<{ done: number; total: number } | null>(null)
  const { explaining, explain } = useExplaining()
  const mine = new Set<string>()

  /** Ask the user for paths; null when cancelled. */
  async function choosePaths(what: What): Promise<string[] | null> {
    const chosen = await call('import.choose', { what })
    if (chosen || isElectron) return chosen?.paths ?? null
    return new Promise((resolve) => {
      browsing.value = {
        what,
        answer(paths) {
          browsing.value = null
          resolve(paths)
        },
      }
    })
  }
  async function start(paths: string[], options: Options = {}): Promise<void> {
    const explained = await explain(paths, options.as)
    if (!explained) return
    const { job } = await call('import.start', { ...options, ...explained, paths })
    mine.add(job)
    // A small import may have ended before its id was known here.
    const known = jobs.jobs.find(({ id, endedAt }) => id === job && endedAt !== null)
    if (known) tell(known)
  }
  async function open(what: 'files' | 'folder', options: Options = {}): Promise<void> {
    await attempt(async () => {
      const paths = await choosePaths(what)
      if (paths?.length) await start(paths, options)
    })
  }
  async function drop(transfer: DataTransfer, options: Options = {}): Promise<void> {
    await attempt(async () => {
      const files = isElectron ? droppedItems(transfer) : await droppedFiles(transfer)
      if (!files.length) return toast({ tone: 'neutral', title: t.nothingDropped })
      uploading.value = { done: 0, total: files.length }
      const paths = await pathsOfFiles(files, (done) => (uploading.value = { done, total: files.length }))
      uploading.value = null
      await start(paths, options)
    })
    uploading.value = null
  }
  async function showSkipped(job: string): Promise<void> {
    await attempt(async () => (skipped.value = await call('jobs.skipped', { job })))
  }
  function tell(job: Job): void {
    if (!mine.delete(job.id)) return
    const text = job.skippedCount ? t.skipped(job.skippedCount) : undefined
    const action = job.skippedCount ? { label: t.show, run: () => void showSkipped(job.id) } : undefined
    if (job.state === 'finished') toast({ tone: 'success', title: t.finished(importedWhat(job) || t.nothingNew), text, ...(action && { action }) })
    else if (job.state === 'failed') toast({ tone: 'danger', title: job.error?.message ?? t.failed, text: job.error?.remedy, ...(action && { action }) })
  }

  jobs.onEnd(tell)
  return { browsing, skipped, uploading, explaining, choosePaths, start, open, drop, showSkipped }
})
