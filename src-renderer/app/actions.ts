import { onScopeDispose, shallowReactive } from 'vue'

interface Action {
  title: string
  group: 'Go to' | 'Application' | 'Studies' | 'Viewer' | 'Window' | 'Findings' | 'Reports'
  /** Default key combinations; the first is shown. */
  keys: readonly string[]
}

/** Every action that has a name: the palette, the help sheet and the shortcut settings read this. */
export const ACTIONS = {
  'go.studies': { title: 'Go to Studies', group: 'Go to', keys: ['Alt+1'] },
  'go.viewer': { title: 'Go to Viewer', group: 'Go to', keys: ['Alt+2'] },
  'go.datasets': { title: 'Go to Datasets', group: 'Go to', keys: ['Alt+3'] },
  'go.training': { title: 'Go to Training', group: 'Go to', keys: ['Alt+4'] },
  'go.models': { title: 'Go to Models', group: 'Go to', keys: ['Alt+5'] },
  'go.reports': { title: 'Go to Reports', group: 'Go to', keys: ['Alt+6'] },
  'go.settings': { title: 'Go to Settings', group: 'Go to', keys: ['Alt+7'] },
  'app.palette': { title: 'Command palette', group: 'Application', keys: ['Ctrl+K'] },
  'app.jobs': { title: 'Show or hide jobs', group: 'Application', keys: ['Ctrl+J'] },
  'app.help': { title: 'Keyboard shortcuts', group: 'Application', keys: ['?'] },
  'app.theme': { title: 'Next theme (dark, light, black)', group: 'Application', keys: [] },
  'studies.openFiles': { title: 'Open files', group: 'Studies', keys: ['Ctrl+O'] },
  'studies.openFolder': { title: 'Open folder', group: 'Studies', keys: ['Ctrl+Shift+O'] },
  'studies.search': { title: 'Search studies', group: 'Studies', keys: ['/'] },
  'studies.remove': { title: 'Remove selected studies', group: 'Studies', keys: ['Delete'] },
  'studies.predict': { title: 'Predict selected studies', group: 'Studies', keys: [] },
  'viewer.window': { title: 'Window/level tool', group: 'Viewer', keys: ['w'] },
  'viewer.pan': { title: 'Pan tool', group: 'Viewer', keys: ['p'] },
  'viewer.zoom': { title: 'Zoom tool', group: 'Viewer', keys: ['z'] },
  'viewer.zoomIn': { title: 'Zoom in', group: 'Viewer', keys: ['+'] },
  'viewer.zoomOut': { title: 'Zoom out', group: 'Viewer', keys: ['-'] },
  'viewer.fit': { title: 'Fit to window', group: 'Viewer', keys: ['='] },
  'viewer.rotateRight': { title: 'Rotate right', group: 'Viewer', keys: ['r'] },
  'viewer.rotateLeft': { title: 'Rotate left', group: 'Viewer', keys: ['l'] },
  'viewer.flipHorizontal': { title: 'Flip left-right', group: 'Viewer', keys: ['h'] },
  'viewer.flipVertical': { title: 'Flip top-bottom', group: 'Viewer', keys: ['v'] },
  'viewer.invert': { title: 'Invert', group: 'Viewer', keys: ['i'] },
  'viewer.reset': { title: 'Reset view', group: 'Viewer', keys: ['Space'] },
  'viewer.tags': { title: 'DICOM tags', group: 'Viewer', keys: ['t'] },
  'viewer.previousImage': { title: 'Previous image', group: 'Viewer', keys: ['ArrowUp', 'PageUp'] },
  'viewer.nextImage': { title: 'Next image', group: 'Viewer', keys: ['ArrowDown', 'PageDown'] },
  'viewer.previousStudy': { title: 'Previous study', group: 'Viewer', keys: [','] },
  'viewer.nextStudy': { title: 'Next study', group: 'Viewer', keys: ['.'] },
  'viewer.preset1': { title: 'Window preset 1', group: 'Window', keys: ['1'] },
  'viewer.preset2': { title: 'Window preset 2', group: 'Window', keys: ['2'] },
  'viewer.preset3': { title: 'Window preset 3', group: 'Window', keys: ['3'] },
  'viewer.preset4': { title: 'Window preset 4', group: 'Window', keys: ['4'] },
  'viewer.preset5': { title: 'Window preset 5', group: 'Window', keys: ['5'] },
  'viewer.predict': { title: 'Predict this study', group: 'Findings', keys: ['Enter'] },
  'viewer.overlay': { title: 'Heat map on or off', group: 'Findings', keys: ['o'] },
  'viewer.previousLabel': { title: 'Previous label', group: 'Findings', keys: ['['] },
  'viewer.nextLabel': { title: 'Next label', group: 'Findings', keys: [']'] },
  'viewer.accept': { title: 'Accept finding', group: 'Findings', keys: ['a'] },
  'viewer.reject': { title: 'Reject finding', group: 'Findings', keys: ['x'] },
  'viewer.report': { title: 'Open the report', group: 'Findings', keys: ['Ctrl+Enter'] },
  'reports.save': { title: 'Save report', group: 'Reports', keys: ['Ctrl+S'] },
  'reports.pdf': { title: 'Export PDF', group: 'Reports', keys: ['Ctrl+P'] },
  'reports.csv': { title: 'Export CSV', group: 'Reports', keys: [] },
} as const satisfies Record<string, Action>

export type ActionId = keyof typeof ACTIONS
export const ACTION_IDS = Object.keys(ACTIONS) as ActionId[]

/** Handlers of what is on the page now; the last one registered wins. */
const bound = shallowReactive(new Map<ActionId, (() => void)[]>())

export const isBound = (id: ActionId): boolean => (bound.get(id)?.length ?? 0) > 0
export const runAction = (id: ActionId): void => bound.get(id)?.at(-1)?.()

/** Bind actions to handlers for as long as the component lives. */
export function useActions(handlers: Partial<Record<ActionId, () => void>>): void {
  const entries = Object.entries(handlers) as [ActionId, () => void][]
  for (const [id, handler] of entries) bound.set(id, [...(bound.get(id) ?? []), handler])
  onScopeDispose(() => {
    for (const [id, handler] of entries) bound.set(id, bound.get(id)!.filter((other) => other !== handler))
  })
}
