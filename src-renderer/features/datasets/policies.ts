import { defineStore } from 'pinia'
import { ref } from 'vue'
import { call, useChanged } from '../../bridge/index.ts'
import { PAPER_POLICY, type LabelPolicy, type Policy } from '../../../src-shared/domain/labels.ts'

/** The policy that is kept with each data set: the label page shows its effect, a new run starts from it. */
export const usePolicies = defineStore('policies', () => {
  const chosen = ref<Record<string, Policy>>({})
  const load = async (): Promise<void> => void (chosen.value = await call('labels.policies', {}))

  const of = (dataset: string): Policy => chosen.value[dataset] ?? PAPER_POLICY
  async function set(dataset: string, policy: Policy): Promise<void> {
    chosen.value = await call('labels.setPolicy', { dataset, policy })
  }
  useChanged(['datasets'], () => void load().catch(() => {}))
  void load().catch(() => {}) // The paper's stand until they can be asked for; what needs the service says itself that it is away.
  return { of, set, load }
})

export type { LabelPolicy }
