import { app, session } from 'electron'
import type { WebFrameMain } from 'electron'
import { APP_ORIGIN } from './scheme.ts'

/** True for the main frame of our own page: the only sender whose messages are heard. */
export function isTrustedSender(frame: WebFrameMain | null): boolean {
  if (!frame || frame.parent !== null) return false
  try {
    const url = new URL(frame.url)
    return `${url.protocol}//${url.host}` === APP_ORIGIN
  } catch {
    return false
  }
}

/** No page but ours, no new windows, no web views, no permission that the app does not use, no request that leaves the machine. */
export function hardenApp(): void {
  app.on('web-contents-created', (_event, contents) => {
    contents.on('will-navigate', (event) => {
      if (!event.url.startsWith(`${APP_ORIGIN}/`)) event.preventDefault()
    })
    contents.on('will-attach-webview', (event) => event.preventDefault())
    contents.setWindowOpenHandler(() => ({ action: 'deny' }))
  })
}

export function hardenSession(): void {
  const allowed = new Set(['clipboard-sanitized-write', 'fullscreen', 'notifications'])
  const current = session.defaultSession
  current.setPermissionRequestHandler((_contents, permission, decide) => decide(allowed.has(permission)))
  current.setPermissionCheckHandler((_contents, permission) => allowed.has(permission))
  current.webRequest.onBeforeRequest({ urls: ['http://*/*', 'https://*/*', 'ws://*/*', 'wss://*/*'] }, (_details, decide) =>
    decide({ cancel: true }),
  )
}
