import type { RunRow } from '../contracts/training.ts'

/** What a desktop says when a run ends. */
export interface RunNotice {
  title: string
  body: string
}

/**
 * The notice of a run that ended by itself: finished with its best figure, or failed with the reason. Null for other states, one that the user
 * stopped among them.
 */
export function runNotice({ name, state, best, reason }: Pick<RunRow, 'name' | 'state' | 'best' | 'reason'>): RunNotice | null {
  if (state === 'finished') {
    const figure = best?.auc == null ? '' : `Best macro AUC ${best.auc.toFixed(3)} in epoch ${best.epoch}.`
    return { title: `Training finished: ${name}`, body: [figure, reason?.message].filter(Boolean).join(' ') || 'Its model is ready.' }
  }
  if (state === 'failed') return { title: `Training failed: ${name}`, body: [reason?.message, reason?.remedy].filter(Boolean).join(' ') || 'The reason is on its page.' }
  return null
}

/** Of runs as they are told of: the notice of each that was on and now is not, once. */
export class RunEndings {
  readonly #live = new Set<string>()

  /** @returns null while there is nothing to say of it */
  told(run: Pick<RunRow, 'id' | 'name' | 'state' | 'best' | 'reason'>): RunNotice | null {
    if (run.state === 'running' || run.state === 'queued') {
      this.#live.add(run.id)
      return null
    }
    return this.#live.delete(run.id) ? runNotice(run) : null
  }
}
