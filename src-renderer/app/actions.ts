import { onScopeDispose, shallowReactive } from 'vue'

interface Action {
  title: string
  group: 'Go to' | 'Application' | 'Studies' | 'Viewer' | 'Layout' | 'Marks' | 'Frames' | 'Window' | 'Findings' | 'Reports'
  /** Default key combinations, those of OHIF where it has one; the first is shown. Other profiles are in `profiles.ts`. */
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
  'viewer.magnify': { title: 'Magnifier', group: 'Viewer', keys: ['g'] },
  'viewer.overlays': { title: 'Overlays of the film on or off', group: 'Viewer', keys: ['u'] },
  'viewer.fullScreen': { title: 'Full screen', group: 'Viewer', keys: ['F11', 'f'] },
  'viewer.screenshot': { title: 'Picture of the viewport (PNG)', group: 'Viewer', keys: ['Ctrl+Shift+S'] },
  'viewer.cancel': { title: 'Cancel drawing, back to window/level', group: 'Viewer', keys: ['Escape'] },
  'viewer.layoutOne': { title: 'One film', group: 'Layout', keys: ['Ctrl+1'] },
  'viewer.layoutViews': { title: 'Frontal and lateral side by side', group: 'Layout', keys: ['Ctrl+2'] },
  'viewer.layoutPrior': { title: 'Prior beside current', group: 'Layout', keys: ['Ctrl+3'] },
  'viewer.layoutFour': { title: 'Four films', group: 'Layout', keys: ['Ctrl+4'] },
  'viewer.link': { title: 'Link window, zoom and pan', group: 'Layout', keys: ['Shift+l'] },
  'viewer.previousViewport': { title: 'Previous viewport', group: 'Layout', keys: ['ArrowLeft'] },
  'viewer.nextViewport': { title: 'Next viewport', group: 'Layout', keys: ['ArrowRight'] },
  'viewer.length': { title: 'Length', group: 'Marks', keys: ['d'] },
  'viewer.angle': { title: 'Angle', group: 'Marks', keys: ['n'] },
  'viewer.ratio': { title: 'Cardiothoracic ratio', group: 'Marks', keys: ['k'] },
  'viewer.ellipse': { title: 'Ellipse with statistics', group: 'Marks', keys: ['e'] },
  'viewer.rectangle': { title: 'Rectangle with statistics', group: 'Marks', keys: ['b'] },
  'viewer.arrow': { title: 'Arrow', group: 'Marks', keys: ['j'] },
  'viewer.text': { title: 'Text', group: 'Marks', keys: ['y'] },
  'viewer.place': { title: 'Put a mark in the middle', group: 'Marks', keys: ['m'] },
  'viewer.undo': { title: 'Undo mark', group: 'Marks', keys: ['Ctrl+Z'] },
  'viewer.redo': { title: 'Redo mark', group: 'Marks', keys: ['Ctrl+Y', 'Ctrl+Shift+Z'] },
  'viewer.removeMark': { title: 'Delete selected mark', group: 'Marks', keys: ['Backspace'] },
  'viewer.marks': { title: 'List of marks', group: 'Marks', keys: ['q'] },
  'viewer.showMarks': { title: 'Marks on or off', group: 'Marks', keys: ['Shift+q'] },
  'viewer.cine': { title: 'Play or pause', group: 'Frames', keys: ['c'] },
  'viewer.previousFrame': { title: 'Previous frame', group: 'Frames', keys: ['Shift+ArrowLeft'] },
  'viewer.nextFrame': { title: 'Next frame', group: 'Frames', keys: ['Shift+ArrowRight'] },
  'viewer.saveWindow': { title: 'Keep this window as a preset', group: 'Window', keys: ['Shift+w'] },
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
