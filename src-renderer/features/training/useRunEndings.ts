import { useRouter } from 'vue-router'
import { RunEndings } from '../../../src-shared/domain/run-notice.ts'
import { isElectron, useEvent } from '../../bridge/index.ts'
import { toast } from '../../ui/index.ts'
import { strings as t } from './strings.ts'

/** Say that a run has ended, whichever page is open: here by a toast, and by the browser's notification while its window is out of sight. Electron's host shows its own. */
export function useRunEndings(): void {
  const router = useRouter()
  const endings = new RunEndings()
  useEvent('run', (run) => {
    const notice = endings.told(run)
    if (!notice) return
    const show = (): void => void router.push({ name: 'training', params: { id: run.id } })
    const { name: page, params } = router.currentRoute.value
    const seen = page === 'training' && (params['id'] === run.id || !params['id'])
    if (!seen) toast({ tone: run.state === 'failed' ? 'danger' : 'success', title: run.state === 'failed' ? t.ended.failed(run.name) : t.ended.finished(run.name), text: notice.body, action: { label: t.show, run: show } })
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
