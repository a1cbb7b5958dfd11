import { watch } from 'vue'
import { useRouter } from 'vue-router'
import { RunEndings } from '../../../src-shared/domain/run-notice.ts'
import { isElectron, useEvent } from '../../bridge/index.ts'
import { toast } from '../../ui/index.ts'
import { dismiss, toasts } from '../../ui/toast.ts'
import { strings as t } from './strings.ts'

/** Say that a run has ended, whichever page is open: here by a toast, and by the browser's notification while its window is out of sight. Electron's host shows its own. */
export function useRunEndings(): void {
  const router = useRouter()
  const endings = new RunEndings()
  const said: number[] = []
  /** The list of runs says it already. */
  const inSight = (): boolean => router.currentRoute.value.name === 'training' && router.currentRoute.value.params['id'] !== 'new'
  watch(router.currentRoute, () => inSight() && said.splice(0).forEach(dismiss))
  useEvent('run', (run) => {
    const notice = endings.told(run)
    if (!notice) return
    const show = (): void => void router.push({ name: 'training', params: { id: run.id } })
    if (!inSight()) {
      toast({ tone: run.state === 'failed' ? 'danger' : 'success', title: run.state === 'failed' ? t.ended.failed(run.name) : t.ended.finished(run.name), text: notice.body, action: { label: t.show, run: show } })
      said.push(toasts.at(-1)!.id)
    }
    if (!isElectron) notify(notice, show)
  })
}

function notify({ title, body }: { title: string; body: string }, show: () => void): void {
  if (!('Notification' in window) || Notification.permission !== 'granted' || document.hasFocus()) return
  const shown = new Notification(title, { body, icon: '/icon.svg' })
  shown.onclick = () => {
    window.focus()
    show()
    shown.close()
  }
}
