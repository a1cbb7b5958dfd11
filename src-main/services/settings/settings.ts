import { settingsSchema } from '#shared/contracts/settings.ts'
import type { Settings } from '#shared/contracts/settings.ts'
import type { Host } from '#main/host/host.ts'
import type { Store } from '#main/store/index.ts'

const NAME = 'settings'

/** What the user chose; what was never chosen has its default. */
export class SettingsService {
  readonly #store: Store
  readonly #host: Host

  constructor(store: Store, host: Host) {
    this.#store = store
    this.#host = host
  }

  get(): Settings {
    const stored = settingsSchema.safeParse(this.#store.settings.get(NAME) ?? {})
    return stored.success ? stored.data : settingsSchema.parse({})
  }

  set(change: Partial<Settings>): Settings {
    const settings = settingsSchema.parse({ ...this.get(), ...change })
    this.#store.settings.set(NAME, settings)
    this.#host.emit('changed', { what: ['settings'] })
    return settings
  }
}
