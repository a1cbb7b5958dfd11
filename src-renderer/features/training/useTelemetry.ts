import { onScopeDispose, shallowRef, triggerRef, watch } from 'vue'
import { call, connection, useEvent } from '../../bridge/index.ts'
import type { TrainEvent } from '../../../src-shared/domain/run.ts'
import { emptyTelemetry, takeEvent, type Telemetry } from './telemetry.ts'

/** Curves are drawn this often while a run tells more. */
const DRAW_MS = 250
const POINTS = 2000

/** What a run told before and tells now: asked once, then kept up by the live stream. */
export function useTelemetry(run: () => string) {
  const telemetry = shallowRef<Telemetry>(emptyTelemetry())
  const ready = shallowRef(false)
  const error = shallowRef<unknown>(null)
  let timer: ReturnType<typeof setTimeout> | undefined
  /** Events that come while the past is being asked for. */
  let early: TrainEvent[] | null = null

  function draw(): void {
    timer ??= setTimeout(() => {
      timer = undefined
      triggerRef(telemetry)
    }, DRAW_MS)
  }
  function take(event: TrainEvent): void {
    if (early) early.push(event)
    else if (takeEvent(telemetry.value, event, new Date().toISOString())) draw()
  }

  async function load(): Promise<void> {
    const id = run()
    early = []
    try {
      const [steps, epochs, devices, log] = await Promise.all([call('runs.steps', { run: id, limit: POINTS }), call('runs.epochs', { run: id }), call('runs.devices', { run: id }), call('runs.log', { run: id })])
      if (id !== run()) return
      telemetry.value = { steps, epochs, devices, log }
      error.value = null
    } catch (problem) {
      if (id !== run()) return
      error.value = problem
    }
    const missed = early
    early = null
    // Log lines and readings have no number to tell what came twice by; steps and epochs do.
    for (const event of missed ?? []) if (event.event === 'step' || event.event === 'epoch') take(event)
    ready.value = true
  }

  watch(run, () => {
    telemetry.value = emptyTelemetry()
    ready.value = false
    void load()
  }, { immediate: true })
  // What was told while the connection was down is asked for anew.
  watch(connection, (now, before) => now === 'open' && before === 'lost' && void load())
  useEvent('train', ({ run: id, event }) => id === run() && take(event))
  onScopeDispose(() => clearTimeout(timer))
  return { telemetry, ready, error, reload: load }
}
