import { onScopeDispose, shallowRef, watch, type Ref } from 'vue'
import type { RunCheck } from '../../../../src-shared/contracts/training.ts'
import { call } from '../../../bridge/index.ts'
import { useJobs } from '../../../stores/jobs.ts'
import { toInput, type RunDraft } from './draft.ts'

const WAIT_MS = 300

/** What the run that is filled in would take of this machine; asked as soon as the form rests. Undefined while that is not known. */
export function useRunCheck(draft: Ref<RunDraft | null>, valid: Ref<boolean>) {
  const check = shallowRef<RunCheck>()
  const jobs = useJobs()
  let timer: ReturnType<typeof setTimeout> | undefined
  let question = 0

  async function ask(): Promise<void> {
    if (!draft.value || !valid.value) return
    const mine = ++question
    // What it cannot say is no reason to hold the form up: the start itself refuses with the reason.
    const answer = await call('runs.check', toInput(draft.value)).catch(() => undefined)
    if (mine === question) check.value = answer
  }
  function later(): void {
    clearTimeout(timer)
    question++
    if (!valid.value) check.value = undefined
    else timer = setTimeout(() => void ask(), WAIT_MS)
  }

  watch(() => {
    const { dataset, model, head, size, device, workers, batch, precision, machines } = draft.value ?? {}
    return JSON.stringify([valid.value, dataset, model, head, size, device, workers, batch, precision, machines])
  }, later, { immediate: true })
  onScopeDispose(jobs.onEnd(({ kind }) => kind === 'trial' && later()))
  onScopeDispose(() => {
    clearTimeout(timer)
    question++
  })
  return { check }
}
