import { defineStore } from 'pinia'
import { ref } from 'vue'
import { PAPER_POLICY, type LabelPolicy, type Policy } from '../../../src-shared/domain/labels.ts'
import { readPolicies } from './policy.ts'

const KEY = 'datasets.policies'

/** The policy chosen for each data set on this machine: the label page shows its effect, a new run starts from it. */
export const usePolicies = defineStore('policies', () => {
  const chosen = ref<Record<string, Policy>>(readPolicies(localStorage.getItem(KEY)))

  const of = (dataset: string): Policy => chosen.value[dataset] ?? PAPER_POLICY
  function set(dataset: string, policy: Policy): void {
    chosen.value = { ...chosen.value, [dataset]: policy }
    localStorage.setItem(KEY, JSON.stringify(chosen.value))
  }
  return { of, set }
})

export type { LabelPolicy }
