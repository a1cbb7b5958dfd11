import { join } from 'node:path'
import { app, BrowserWindow } from 'electron'
import { createHandlers, createMedia, createServices } from '#main/services/index.ts'
import { createDispatch } from '#main/host/dispatch.ts'
import { electronHost } from '#main/host/electron/host.ts'
import { serveRequests } from '#main/host/electron/ipc.ts'
import { installMenu } from '#main/host/electron/menu.ts'
import { registerAppScheme, serveAppScheme } from '#main/host/electron/scheme.ts'
import { hardenApp, hardenSession } from '#main/host/electron/security.ts'
import { openWindow } from '#main/host/electron/window.ts'
import { defaultDataFolder } from '#main/host/paths.ts'

const here = import.meta.dirname
const preload = join(here, '../preload/preload.cjs')
const pages = join(here, '../renderer')

if (!app.requestSingleInstanceLock()) app.quit()
else void start()

async function start(): Promise<void> {
  registerAppScheme()
  hardenApp()
  await app.whenReady()
  hardenSession()
  installMenu()
  const dataFolder = defaultDataFolder()
  const services = await createServices({ dataFolder, host: electronHost(here) })
  serveAppScheme(pages, createMedia(services))
  serveRequests(createDispatch(createHandlers(services)))
  openWindow(preload, dataFolder)

  app.on('second-instance', () => BrowserWindow.getAllWindows()[0]?.focus())
  app.on('activate', () => {
    if (BrowserWindow.getAllWindows().length === 0) openWindow(preload, dataFolder)
  })
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit()
  })
  app.on('before-quit', (event) => {
    if (services.closed) return
    event.preventDefault()
    void services.close().then(() => app.quit())
  })
}
