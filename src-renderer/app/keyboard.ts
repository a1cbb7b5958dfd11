import { isBound, runAction } from './actions.ts'
import { actionOf, combination } from './keys.ts'

const TYPING = 'input:not([type=checkbox], [type=range]), textarea, select, [contenteditable]'
const ON_CONTROL = 'button, a, [role=slider], [role=tab], [role=separator], [role=menuitem]'
/** Keys that a focused control needs for itself. */
const CONTROL_KEYS = new Set(['Space', 'Enter', 'ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight', 'PageUp', 'PageDown'])

/** One listener for every shortcut; controls, text fields and dialogs keep their keys. */
export function installKeyboard(chosen: () => Readonly<Record<string, string>>): () => void {
  const listener = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.isComposing) return
    const keys = combination(event)
    const target = event.target as Element
    const plain = !event.ctrlKey && !event.metaKey && !event.altKey
    if (plain && (target.closest(TYPING) || (CONTROL_KEYS.has(keys) && target.closest(ON_CONTROL)))) return
    if (document.querySelector('[role=dialog][data-state=open], [role=menu][data-state=open]')) return
    const id = actionOf(keys, chosen(), isBound)
    if (!id) return
    event.preventDefault()
    runAction(id)
  }
  window.addEventListener('keydown', listener)
  return () => window.removeEventListener('keydown', listener)
}
