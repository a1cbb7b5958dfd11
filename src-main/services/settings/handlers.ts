import type { settingsContract } from '#shared/contracts/settings.ts'
import type { HandlersOf } from '#shared/contracts/define.ts'
import type { Services } from '../index.ts'

export function settingsHandlers({ settings, system }: Services): HandlersOf<typeof settingsContract> {
  return {
    'settings.get': () => settings.get(),
    'settings.set': (change) => settings.set(change),
    'system.info': () => system.info(),
  }
}
