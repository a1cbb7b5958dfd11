import { computed, shallowReactive, type ComputedRef } from 'vue'
import type { Annotation } from '../../../../src-shared/domain/annotation.ts'

/** One change of one annotation; null where it was not there. */
export interface Step {
  before: Annotation | null
  after: Annotation | null
}

export interface History {
  take(step: Step): void
  undo(): void
  redo(): void
  clear(): void
  canUndo: ComputedRef<boolean>
  canRedo: ComputedRef<boolean>
}

/** Steps that `apply` made, the way back and forth. A new one ends what could be redone. */
export function useHistory(apply: (step: Step) => void): History {
  const done = shallowReactive<Step[]>([])
  const undone = shallowReactive<Step[]>([])
  return {
    take(step) {
      done.push(step)
      undone.length = 0
      apply(step)
    },
    undo() {
      const step = done.pop()
      if (!step) return
      undone.push(step)
      apply({ before: step.after, after: step.before })
    },
    redo() {
      const step = undone.pop()
      if (!step) return
      done.push(step)
      apply(step)
    },
    clear: () => void (done.length = undone.length = 0),
    canUndo: computed(() => done.length > 0),
    canRedo: computed(() => undone.length > 0),
  }
}
