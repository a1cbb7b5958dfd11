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

const LIFE_MS = 6000
let next = 1

export const toasts = reactive<Toast[]>([])

/** Say that something happened. Errors stay until dismissed. */
export function toast(message: Omit<Toast, 'id'>): void {
  const id = next++
  toasts.push({ ...message, id })
  if (message.tone !== 'danger') setTimeout(() => dismiss(id), LIFE_MS)
}

export function dismiss(id: number): void {
  const index = toasts.findIndex((entry) => entry.id === id)
  if (index >= 0) toasts.splice(index, 1)
}
