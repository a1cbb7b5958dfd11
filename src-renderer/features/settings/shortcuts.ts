import { ACTION_IDS, type ActionId } from '../../app/actions.ts'
import { inForce, type Profile } from '../../app/profiles.ts'
import { keysOf } from '../../app/keys.ts'

type Chosen = Readonly<Record<string, string>>

/** Combinations that are only a modifier being held. */
const MODIFIERS = new Set(['Control', 'Shift', 'Alt', 'Meta', 'AltGraph', 'CapsLock', 'Tab', 'Dead', 'Process', 'Unidentified'])

export const isModifier = (key: string): boolean => MODIFIERS.has(key)

/** The other action that has these keys already. */
export function holder(keys: string, id: ActionId, chosen: Chosen): ActionId | undefined {
  return ACTION_IDS.find((other) => other !== id && keysOf(other, chosen).includes(keys))
}

/** The user's choices with one changed: undefined goes back to the profile's key, empty switches off. What the profile has anyway is not kept. */
export function withShortcut(chosen: Chosen, id: ActionId, keys: string | undefined, profile: Profile): Record<string, string> {
  const rest = { ...chosen }
  delete rest[id]
  const defaults = keysOf(id, inForce(profile, {}))
  const isDefault = keys === undefined || (defaults.length === 1 && keys === defaults[0]) || (defaults.length === 0 && keys === '')
  return isDefault ? rest : { ...rest, [id]: keys }
}
