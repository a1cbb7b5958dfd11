import { shallowRef } from 'vue'

export interface Question {
  title: string
  /** Names what will go. */
  body: string
  action: string
  danger?: boolean
}

export const asked = shallowRef<(Question & { answer(yes: boolean): void }) | null>(null)

/** Ask once before something that cannot be undone; resolves to whether the user agreed. */
export function confirm(question: Question): Promise<boolean> {
  asked.value?.answer(false)
  return new Promise((resolve) => {
    asked.value = {
      ...question,
      answer(yes) {
        asked.value = null
        resolve(yes)
      },
    }
  })
}
