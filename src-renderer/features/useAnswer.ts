import { ref, shallowRef, type Ref, type ShallowRef } from 'vue'

export interface Answer<T> {
  /** Undefined until the first answer; the old one stays in sight while a new question is answered. */
  value: Readonly<ShallowRef<T | undefined>>
  error: Readonly<ShallowRef<unknown>>
  busy: Readonly<Ref<boolean>>
  reload(): Promise<void>
  /** Forget the answer: what it was about is no longer shown. */
  clear(): void
}

/** The answer to one question that is asked again when something changed; answers that arrive for an older question are dropped. */
export function useAnswer<T>(ask: () => Promise<T>): Answer<T> {
  const value = shallowRef<T>()
  const error = shallowRef<unknown>(null)
  const busy = ref(false)
  let question = 0

  async function reload(): Promise<void> {
    const mine = ++question
    busy.value = true
    try {
      const answer = await ask()
      if (mine !== question) return
      value.value = answer
      error.value = null
    } catch (problem) {
      if (mine === question) error.value = problem
    }
    if (mine === question) busy.value = false
  }
  function clear(): void {
    question++
    value.value = undefined
    error.value = null
    busy.value = false
  }
  return { value, error, busy, reload, clear }
}
