import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import type { RunRow } from '../../src-shared/contracts/training.ts'
import { call, useEvent } from '../bridge/index.ts'
import { attempt } from '../ui/errors.ts'

/** Runs as the whole app sees them: the training page lists them, the status bar shows the one that runs. */
export const useRuns = defineStore('runs', () => {
  const runs = ref<RunRow[]>([])
  const ready = ref(false)
  const running = computed(() => runs.value.find((run) => run.state === 'running') ?? null)

  async function load(): Promise<void> {
    await attempt(async () => (runs.value = await call('runs.list', {})))
    ready.value = true
  }
  function put(run: RunRow): void {
    const index = runs.value.findIndex((other) => other.id === run.id)
    if (index < 0) runs.value.unshift(run)
    else runs.value[index] = run
  }
  function drop(id: string): void {
    runs.value = runs.value.filter((run) => run.id !== id)
  }

  useEvent('run', put)
  return { runs, ready, running, load, put, drop }
})
