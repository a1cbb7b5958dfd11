import { onScopeDispose, shallowRef, watch } from 'vue'
import type { StepSample } from '../../../../src-shared/contracts/training.ts'
import type { EpochSummary } from '../../../../src-shared/domain/run.ts'
import { call, useEvent } from '../../../bridge/index.ts'

/** What a comparison draws of a run. */
export interface History {
  steps: StepSample[]
  epochs: EpochSummary[]
}

const POINTS = 600
/** A run that goes on is drawn anew this often. */
const AGAIN_MS = 2000

/** Steps and epochs of several runs by id; those that go on are asked again while they tell more. */
export function useHistories(runs: () => readonly string[]) {
  const histories = shallowRef<ReadonlyMap<string, History>>(new Map())
  const error = shallowRef<unknown>(null)
  const stale = new Set<string>()
  let timer: ReturnType<typeof setTimeout> | undefined

  async function load(ids: readonly string[]): Promise<void> {
    try {
      const told = await Promise.all(ids.map(async (run) => [run, { steps: await call('runs.steps', { run, limit: POINTS }), epochs: await call('runs.epochs', { run }) }] as const))
      const wanted = new Set(runs())
      histories.value = new Map([...histories.value, ...told].filter(([id]) => wanted.has(id)))
      error.value = null
    } catch (problem) {
      error.value = problem
    }
  }
  const reload = (): Promise<void> => load(runs())

  watch(() => runs().join(), () => void load(runs().filter((id) => !histories.value.has(id))), { immediate: true })
  useEvent('train', ({ run, event }) => {
    if (!runs().includes(run) || (event.event !== 'step' && event.event !== 'epoch')) return
    stale.add(run)
    timer ??= setTimeout(() => {
      timer = undefined
      void load([...stale])
      stale.clear()
    }, AGAIN_MS)
  })
  onScopeDispose(() => clearTimeout(timer))
  return { histories, error, reload }
}
