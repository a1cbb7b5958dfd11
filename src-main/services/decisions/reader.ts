import { userInfo } from 'node:os'
import type { SettingsService } from '../settings/settings.ts'

/** Whose word it is: the name in the settings, else the account of this machine. */
export function readerName(settings: Pick<SettingsService, 'get'>): string {
  return settings.get().reader.trim() || accountName()
}

function accountName(): string {
  try {
    return userInfo().username
  } catch {
    // A container may run under a number without an account.
    return 'unknown'
  }
}
