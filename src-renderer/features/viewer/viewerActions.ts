import type { Ref } from 'vue'
import { useActions, type ActionId } from '../../app/actions.ts'
import { useScores } from '../predictions/scores.ts'
import { useDraft } from '../reports/draft.ts'
import { ANNOTATION_KINDS } from '../../../src-shared/domain/annotation.ts'
import type { Layout } from './layout/hang.ts'
import { useLayout } from './layout/store.ts'
import type ViewportGrid from './layout/ViewportGrid.vue'
import { useMarks } from './marks/store.ts'
import { useViewer } from './store.ts'
import { isDrawing, type Tool } from './viewport/gestures.ts'

export interface Parts {
  grid: () => InstanceType<typeof ViewportGrid> | null
  tool: Ref<Tool>
  /** The panel beside the films. */
  side: Ref<'tags' | 'marks' | null>
  overlays: Ref<boolean>
  toNeighbour(step: 1 | -1): Promise<void>
  report(): void
  fullScreen(): void
  capture(): void
  keepWindow(): void
}

const STEP = 1.25
const TOOLS: Tool[] = ['window', 'pan', 'zoom', 'magnify', ...ANNOTATION_KINDS]
type Keys = Partial<Record<ActionId, () => void>>

/** Every key of the viewer. */
export function useViewerActions(parts: Parts): void {
  useActions({ ...toolKeys(parts), ...filmKeys(parts), ...layoutKeys(), ...markKeys(parts), ...findingKeys(parts), ...pageKeys(parts) })
}

const toolKeys = ({ tool }: Parts): Keys => Object.fromEntries(TOOLS.map((name) => [`viewer.${name}` satisfies ActionId, () => void (tool.value = name)]))

function filmKeys({ grid }: Parts): Keys {
  const act = (op: Parameters<InstanceType<typeof ViewportGrid>['act']>[0]) => () => grid()?.act(op)
  const preset = (index: number) => () => {
    const name = grid()?.inUse()?.presets[index]?.name
    if (name) grid()?.act({ do: 'preset', name })
  }
  return {
    'viewer.zoomIn': act({ do: 'zoom', factor: STEP }),
    'viewer.zoomOut': act({ do: 'zoom', factor: 1 / STEP }),
    'viewer.fit': act({ do: 'fit' }),
    'viewer.rotateRight': act({ do: 'rotate', quarters: 1 }),
    'viewer.rotateLeft': act({ do: 'rotate', quarters: -1 }),
    'viewer.flipHorizontal': act({ do: 'flipHorizontal' }),
    'viewer.flipVertical': act({ do: 'flipVertical' }),
    'viewer.invert': act({ do: 'invert' }),
    'viewer.reset': act({ do: 'reset' }),
    ...Object.fromEntries([1, 2, 3, 4, 5].map((n) => [`viewer.preset${n}`, preset(n - 1)])),
  }
}

function layoutKeys(): Keys {
  const layout = useLayout()
  const choose = (name: Layout) => () => void layout.choose(name)
  return {
    'viewer.layoutOne': choose('one'),
    'viewer.layoutViews': choose('views'),
    'viewer.layoutPrior': choose('prior'),
    'viewer.layoutFour': choose('four'),
    'viewer.link': () => (layout.linked = !layout.linked),
    'viewer.previousViewport': () => layout.step(-1),
    'viewer.nextViewport': () => layout.step(1),
  }
}

function markKeys({ grid, tool, side }: Parts): Keys {
  const marks = useMarks()
  return {
    'viewer.place': () => grid()?.inUse()?.placeMark(isDrawing(tool.value) ? tool.value : 'length'),
    'viewer.undo': () => marks.undo(),
    'viewer.redo': () => marks.redo(),
    'viewer.removeMark': () => marks.selected && marks.remove(marks.selected),
    'viewer.marks': () => (side.value = side.value === 'marks' ? null : 'marks'),
    'viewer.showMarks': () => (marks.shown = !marks.shown),
    'viewer.cancel': () => {
      grid()?.inUse()?.cancel()
      marks.selected = null
      tool.value = 'window'
    },
  }
}

function findingKeys({ report }: Parts): Keys {
  const scores = useScores()
  const draft = useDraft()
  function decide(decision: 'accepted' | 'rejected'): void {
    if (!scores.label) return
    draft.decide(scores.label, decision)
    draft.saveSoon()
  }
  return {
    'viewer.predict': () => void scores.predict(),
    'viewer.overlay': () => scores.toggleOverlay(),
    'viewer.previousLabel': () => scores.stepLabel(-1),
    'viewer.nextLabel': () => scores.stepLabel(1),
    'viewer.accept': () => decide('accepted'),
    'viewer.reject': () => decide('rejected'),
    'viewer.report': report,
  }
}

function pageKeys({ side, overlays, toNeighbour, fullScreen, capture, keepWindow }: Parts): Keys {
  const viewer = useViewer()
  return {
    'viewer.tags': () => (side.value = side.value === 'tags' ? null : 'tags'),
    'viewer.overlays': () => (overlays.value = !overlays.value),
    'viewer.previousImage': () => viewer.step(-1),
    'viewer.nextImage': () => viewer.step(1),
    'viewer.previousStudy': () => void toNeighbour(-1),
    'viewer.nextStudy': () => void toNeighbour(1),
    'viewer.fullScreen': fullScreen,
    'viewer.screenshot': capture,
    'viewer.saveWindow': keepWindow,
  }
}
