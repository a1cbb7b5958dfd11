import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { BrowserWindow, screen } from 'electron'
import type { Rectangle } from 'electron'
import { APP_ORIGIN } from './scheme.ts'

interface WindowState {
  bounds: Rectangle
  maximized: boolean
}

/** The main window, where and as large as it was last time (if that place still is on a screen). */
export function openWindow(preload: string, dataFolder: string): BrowserWindow {
  const file = join(dataFolder, 'window.json')
  const state = readState(file)
  const window = new BrowserWindow({
    ...state.bounds,
    minWidth: 900,
    minHeight: 600,
    show: false,
    backgroundColor: '#0b0d10',
    title: 'Xclassifier',
    webPreferences: { preload, contextIsolation: true, sandbox: true, nodeIntegration: false, webviewTag: false, spellcheck: false },
  })
  if (state.maximized) window.maximize()
  window.once('ready-to-show', () => window.show())
  window.on('close', () => saveState(file, { bounds: window.getNormalBounds(), maximized: window.isMaximized() }))
  void window.loadURL(`${APP_ORIGIN}/`)
  return window
}

function readState(file: string): WindowState {
  const fallback: WindowState = { bounds: { width: 1440, height: 900, x: 0, y: 0 }, maximized: false }
  try {
    const state = JSON.parse(readFileSync(file, 'utf8')) as WindowState
    const visible = screen.getAllDisplays().some(({ workArea }) => overlaps(workArea, state.bounds))
    return visible ? state : centred(fallback)
  } catch {
    return centred(fallback)
  }
}

function centred(state: WindowState): WindowState {
  const { workArea } = screen.getPrimaryDisplay()
  const width = Math.min(state.bounds.width, workArea.width)
  const height = Math.min(state.bounds.height, workArea.height)
  const x = workArea.x + Math.round((workArea.width - width) / 2)
  const y = workArea.y + Math.round((workArea.height - height) / 2)
  return { ...state, bounds: { x, y, width, height } }
}

function overlaps(a: Rectangle, b: Rectangle): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height
}

function saveState(file: string, state: WindowState): void {
  try {
    writeFileSync(file, JSON.stringify(state))
  } catch {
    // A window that forgets its place is no reason to keep the user from closing it.
  }
}
