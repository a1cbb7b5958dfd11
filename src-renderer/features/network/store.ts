import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import type { Job } from '../../../src-shared/domain/job.ts'
import type { NetworkNode } from '../../../src-shared/domain/network.ts'
import { call } from '../../bridge/index.ts'
import { useImporting } from '../../importing/store.ts'
import { useJobs } from '../../stores/jobs.ts'
import { attempt, toast } from '../../ui/index.ts'
import { strings as t } from './strings.ts'

export type Question = { what: 'send' | 'deidentify' | 'export'; studies: string[] } | { what: 'find' }

const COUNTED = { send: 'sent', retrieve: 'films', deidentify: 'files', export: 'files' } as const
type Kind = keyof typeof COUNTED
const isOurs = (kind: string): kind is Kind => kind in COUNTED

/** Studies that leave or come: which dialog is open, the nodes, and how the jobs ended. */
export const useNetwork = defineStore('network', () => {
  const jobs = useJobs()
  const importing = useImporting()
  const asked = shallowRef<Question | null>(null)
  const nodes = ref<NetworkNode[]>([])

  async function load(): Promise<void> {
    await attempt(async () => (nodes.value = await call('network.nodes', {})))
  }
  function ask(question: Question): void {
    if ('studies' in question && !question.studies.length) return
    asked.value = 'studies' in question ? { ...question, studies: [...question.studies] } : question
    void load()
  }
  function tell({ id, kind, state, error, result, skippedCount }: Job): void {
    if (!isOurs(kind)) return
    const action = skippedCount ? { action: { label: t.show, run: () => void importing.showSkipped(id) } } : {}
    const flagged = Number(result?.['flagged'] ?? 0)
    const text = [...(flagged ? [t.flagged(flagged)] : []), ...(skippedCount ? [t.leftOut(skippedCount)] : [])].join(' ') || undefined
    if (state === 'finished') toast({ tone: skippedCount || flagged ? 'neutral' : 'success', title: t.ended[kind](Number(result?.[COUNTED[kind]] ?? 0)), text, ...action })
    else if (state === 'failed') toast({ tone: 'danger', title: error?.message ?? t.failed, text: error?.remedy, ...action })
  }
  jobs.onEnd(tell)
  return { asked, nodes, load, ask }
})
