import { ACTION_IDS, ACTIONS, type ActionId } from './actions.ts'

type KeyPress = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>

/**
 * Name of a key combination: `Ctrl+Shift+O`, `Alt+1`, `i`, `?`, `Space`. Cmd counts as Ctrl. Shift is named only where it does not already change
 * the character (`?` is Shift+/ on some keyboards and a key of its own on others).
 */
export function combination(event: KeyPress): string {
  const key = event.key === ' ' ? 'Space' : event.key
  const modified = event.ctrlKey || event.metaKey || event.altKey
  const letter = /^\p{L}$/u.test(key)
  const parts = [(event.ctrlKey || event.metaKey) && 'Ctrl', event.altKey && 'Alt', event.shiftKey && (letter || key.length > 1) && 'Shift']
  const name = letter ? (modified ? key.toUpperCase() : key.toLowerCase()) : key
  return [...parts.filter(Boolean), name].join('+')
}

/** Keys of an action: what the user chose, or the defaults. */
export function keysOf(id: ActionId, chosen: Readonly<Record<string, string>>): readonly string[] {
  const own = chosen[id]
  return own === undefined ? ACTIONS[id].keys : own ? [own] : []
}

/** The action of a key combination among those that `usable` lets through. */
export function actionOf(keys: string, chosen: Readonly<Record<string, string>>, usable: (id: ActionId) => boolean): ActionId | undefined {
  return ACTION_IDS.find((id) => usable(id) && keysOf(id, chosen).includes(keys))
}
