import { defineStore } from 'pinia'
import { computed, ref, watchEffect } from 'vue'
import type { RuntimeInfo, Settings } from '../../src-shared/contracts/settings.ts'
import { call, useChanged } from '../bridge/index.ts'
import { inForce } from '../app/profiles.ts'
import { keysOf } from '../app/keys.ts'
import type { ActionId } from '../app/actions.ts'
import { attempt } from '../ui/errors.ts'

const THEMES = ['dark', 'light', 'black'] as const
const DEFAULTS: Settings = { theme: 'dark', libtensorflowPath: '', imagenetWeightsPath: '', weightsAddress: '', reader: '', shortcuts: {}, shortcutProfile: 'ohif', windowPresets: [] }

export const useSettings = defineStore('settings', () => {
  const settings = ref<Settings>(DEFAULTS)
  const system = ref<RuntimeInfo | null>(null)
  const systemDark = ref(true)
  const media = window.matchMedia('(prefers-color-scheme: dark)')
  systemDark.value = media.matches
  media.addEventListener('change', (event) => (systemDark.value = event.matches))

  /** The theme in force, `system` resolved. */
  const theme = computed(() => (settings.value.theme === 'system' ? (systemDark.value ? 'dark' : 'light') : settings.value.theme))
  watchEffect(() => (document.documentElement.dataset['theme'] = theme.value))

  async function load(): Promise<void> {
    await attempt(async () => (settings.value = await call('settings.get', {})))
  }
  async function loadSystem(): Promise<void> {
    await attempt(async () => (system.value = await call('system.info', {})))
  }
  /** Change some settings; the stored ones come back. */
  async function change(part: Partial<Settings>): Promise<void> {
    settings.value = await call('settings.set', part)
  }
  const nextTheme = (): Promise<void> => change({ theme: THEMES[(THEMES.indexOf(theme.value) + 1) % THEMES.length]! })
  /** What differs from the default keys: of the profile, and of the user. */
  const shortcuts = computed(() => inForce(settings.value.shortcutProfile, settings.value.shortcuts))
  /** The first shortcut of an action, as shown in tooltips. */
  const keys = (id: ActionId): string => keysOf(id, shortcuts.value)[0] ?? ''

  useChanged(['settings'], () => void Promise.all([load(), loadSystem()]))
  return { settings, system, theme, shortcuts, load, loadSystem, change, nextTheme, keys }
})
