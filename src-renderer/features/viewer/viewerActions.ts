import type { Ref, ShallowRef } from 'vue'
import { useActions } from '../../app/actions.ts'
import { useDraft } from '../reports/draft.ts'
import type FilmViewport from './FilmViewport.vue'
import type { Tool } from './gestures.ts'
import { useScores } from '../predictions/scores.ts'
import { useViewer } from './store.ts'

interface Parts {
  viewport: Readonly<ShallowRef<InstanceType<typeof FilmViewport> | null>>
  tool: Ref<Tool>
  tags: Ref<boolean>
  toNeighbour(step: 1 | -1): Promise<void>
  report(): void
}

/** Every key of the viewer. */
export function useViewerActions({ viewport, tool, tags, toNeighbour, report }: Parts): void {
  const viewer = useViewer()
  const scores = useScores()
  const draft = useDraft()
  function decide(decision: 'accepted' | 'rejected'): void {
    if (!scores.label) return
    draft.decide(scores.label, decision)
    draft.saveSoon()
  }
  const film = () => viewport.value
  useActions({
    'viewer.window': () => (tool.value = 'window'),
    'viewer.pan': () => (tool.value = 'pan'),
    'viewer.zoom': () => (tool.value = 'zoom'),
    'viewer.zoomIn': () => film()?.zoomBy(1),
    'viewer.zoomOut': () => film()?.zoomBy(-1),
    'viewer.fit': () => film()?.fit(),
    'viewer.rotateRight': () => film()?.rotate(1),
    'viewer.rotateLeft': () => film()?.rotate(-1),
    'viewer.flipHorizontal': () => film()?.flipHorizontally(),
    'viewer.flipVertical': () => film()?.flipVertically(),
    'viewer.invert': () => film()?.invert(),
    'viewer.reset': () => film()?.reset(),
    'viewer.tags': () => (tags.value = !tags.value),
    'viewer.previousImage': () => viewer.step(-1),
    'viewer.nextImage': () => viewer.step(1),
    'viewer.previousStudy': () => void toNeighbour(-1),
    'viewer.nextStudy': () => void toNeighbour(1),
    'viewer.preset1': () => film()?.setPreset(0),
    'viewer.preset2': () => film()?.setPreset(1),
    'viewer.preset3': () => film()?.setPreset(2),
    'viewer.preset4': () => film()?.setPreset(3),
    'viewer.preset5': () => film()?.setPreset(4),
    'viewer.predict': () => void scores.predict(),
    'viewer.overlay': () => scores.toggleOverlay(),
    'viewer.previousLabel': () => scores.stepLabel(-1),
    'viewer.nextLabel': () => scores.stepLabel(1),
    'viewer.accept': () => decide('accepted'),
    'viewer.reject': () => decide('rejected'),
    'viewer.report': report,
  })
}
