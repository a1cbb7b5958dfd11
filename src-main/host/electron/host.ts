import { BrowserWindow, dialog } from 'electron'
import type { OpenDialogOptions } from 'electron'
import type { Events } from '#shared/contracts/index.ts'
import type { Host } from '../host.ts'
import { electronFork } from './fork.ts'
import { EVENT_CHANNEL } from './ipc.ts'
import { runNotices } from './runNotices.ts'

const OPTIONS: Record<'files' | 'folder' | 'model' | 'target', OpenDialogOptions> = {
  // No extension filter: films without an extension are common, opening is by content.
  files: { properties: ['openFile', 'multiSelections'] },
  folder: { properties: ['openDirectory'] },
  target: { properties: ['openDirectory', 'createDirectory'], buttonLabel: 'Write here' },
  model: { properties: ['openFile'], filters: [{ name: 'Weights', extensions: ['safetensors', 'pth', 'pt', 'bin'] }, { name: 'All files', extensions: ['*'] }] },
}

export function electronHost(entryFolder: string): Host {
  const front = () => BrowserWindow.getFocusedWindow() ?? BrowserWindow.getAllWindows()[0]
  const told = runNotices()
  return {
    kind: 'electron',
    fork: electronFork(entryFolder),
    emit(name, payload) {
      if (name === 'run') told(payload as Events['run'])
      for (const window of BrowserWindow.getAllWindows()) {
        if (!window.isDestroyed()) window.webContents.send(EVENT_CHANNEL, name, payload)
      }
    },
    async choose(what) {
      const window = front()
      const answer = await (window ? dialog.showOpenDialog(window, OPTIONS[what]) : dialog.showOpenDialog(OPTIONS[what]))
      return answer.canceled ? null : answer.filePaths
    },
    async chooseSave(suggestedName) {
      const window = front()
      const options = { defaultPath: suggestedName }
      const answer = await (window ? dialog.showSaveDialog(window, options) : dialog.showSaveDialog(options))
      return answer.canceled || !answer.filePath ? null : answer.filePath
    },
  }
}
