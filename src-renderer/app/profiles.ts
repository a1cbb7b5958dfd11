import type { ActionId } from './actions.ts'

/**
 * Keys of other viewers, where they differ from the defaults in `actions.ts`, which are OHIF's. Weasis: its `ActionW` and the menus of its 2D viewer;
 * what it has no key for keeps ours, unless that key is now another's.
 */
export const PROFILES = {
  ohif: {},
  weasis: {
    'viewer.pan': 't',
    'viewer.angle': 'a',
    'viewer.rotateLeft': 'Alt+L',
    'viewer.rotateRight': 'Alt+R',
    'viewer.flipHorizontal': 'Alt+F',
    'viewer.reset': 'Escape',
    'viewer.cancel': 'Space',
    'viewer.tags': 'Alt+I',
    'viewer.accept': 'Shift+a',
    'viewer.reject': 'Shift+x',
  },
} as const satisfies Record<string, Partial<Record<ActionId, string>>>

export type Profile = keyof typeof PROFILES
export const PROFILE_NAMES: Record<Profile, string> = { ohif: 'OHIF', weasis: 'Weasis' }

/** The keys that differ from the defaults: the profile's, and over them the user's own. */
export const inForce = (profile: Profile, chosen: Readonly<Record<string, string>>): Readonly<Record<string, string>> => ({ ...PROFILES[profile], ...chosen })
