import { reactive } from 'vue'

export interface Toast {
  id: number
  tone: 'neutral' | 'success' | 'danger'
  title: string
  text?: string | undefined
  /** Copied by the "Copy details" button. */
  details?: string
  action?: { label: string; run(): void }
}

/** Time to read it; one with a button stays longer. */
const LIFE_MS = 4000
const LIFE_WITH_ACTION_MS = 12_000
let next = 1

export const toasts = reactive<Toast[]>([])

/** Say that something happened. Errors stay until dismissed. */
export function toast(message: Omit<Toast, 'id'>): void {
  const id = next++
  toasts.push({ ...message, id })
  if (message.tone !== 'danger') setTimeout(() => dismiss(id), message.action ? LIFE_WITH_ACTION_MS : LIFE_MS)
}

export function dismiss(id: number): void {
  const index = toasts.findIndex((entry) => entry.id === id)
  if (index >= 0) toasts.splice(index, 1)
}
