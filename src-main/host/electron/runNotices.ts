import { BrowserWindow, Notification } from 'electron'
import type { RunRow } from '#shared/contracts/training.ts'
import { RunEndings } from '#shared/domain/run-notice.ts'

/** The desktop's side of runs: a notification when one ends while no window of the program is looked at, and its progress in the taskbar. */
export function runNotices(): (run: RunRow) => void {
  const endings = new RunEndings()
  return (run) => {
    showProgress(run)
    const notice = endings.told(run)
    if (!notice || BrowserWindow.getFocusedWindow() || !Notification.isSupported()) return
    const shown = new Notification(notice)
    shown.on('click', () => {
      const [window] = BrowserWindow.getAllWindows()
      if (window?.isMinimized()) window.restore()
      window?.focus()
    })
    shown.show()
  }
}

/** Taken away with a number below 0; a number above 1 is a bar that moves without promising. */
function showProgress({ state, step, totalSteps }: RunRow): void {
  const progress = state !== 'running' ? -1 : totalSteps ? step / totalSteps : 2
  for (const window of BrowserWindow.getAllWindows()) if (!window.isDestroyed()) window.setProgressBar(progress, { mode: state === 'failed' ? 'error' : 'normal' })
}
