import { useSettings } from '../../../stores/settings.ts'
import { attempt, toast } from '../../../ui/index.ts'
import type { Film } from '../film/film.ts'
import { windowOf } from '../film/windows.ts'
import { strings as t } from '../strings.ts'
import type { View } from '../view.ts'
import type { Display } from '../../../../src-shared/display/grey.ts'
import type { ImageRow } from '../../../../src-shared/domain/study.ts'
import { screenshot } from './screenshot.ts'

export interface Captured {
  element: HTMLElement | null
  film: Film | null
  view: View
  display: Display
  presetName: string
}

/** Save what a viewport shows. `over` names what lies over the film, such as a label's map and its model. */
export function useCapture(): (viewport: Captured, image: ImageRow, over: string) => Promise<void> {
  const settings = useSettings()
  return async ({ element, film, view, display, presetName }, image, over) => {
    if (!element || !film) return
    await attempt(async () => {
      const { center, width } = windowOf(display)
      const program = `${settings.system?.app ?? 'Xclassifier Desktop'} ${settings.system?.version ?? ''}`.trim()
      const at = new Date().toISOString()
      const what = [`SOP ${image.sopInstanceUid}`, t.wl(width.toFixed(0), center.toFixed(0)) + (presetName ? ` · ${presetName}` : ''), over].filter(Boolean).join(' · ')
      const lines = [`${t.notDiagnostic} · ${program} · ${at}`, what]
      const png = await screenshot({ element, view, size: film.size, lines, provenance: { Title: what, Software: program, 'Creation Time': at, Warning: t.notDiagnostic } })
      const address = URL.createObjectURL(png)
      Object.assign(document.createElement('a'), { href: address, download: `film-${image.id}-${at.slice(0, 19).replace(/\D/g, '')}.png` }).click()
      setTimeout(() => URL.revokeObjectURL(address), 10_000)
      toast({ tone: 'success', title: t.screenshotSaved })
    })
  }
}
