import { app, Menu } from 'electron'
import type { MenuItemConstructorOptions } from 'electron'

/** The platform's own menu. What the page can do is in its command palette; here are only the roles a desktop user looks for. */
export function installMenu(): void {
  const template: MenuItemConstructorOptions[] = [
    ...(process.platform === 'darwin' ? [{ role: 'appMenu' as const }] : []),
    { role: 'fileMenu' },
    { role: 'editMenu' },
    {
      label: 'View',
      submenu: [
        { role: 'togglefullscreen' },
        { type: 'separator' },
        { role: 'resetZoom', label: 'Actual interface size' },
        { role: 'zoomIn', label: 'Larger interface', accelerator: 'CmdOrCtrl+Shift+Plus' },
        { role: 'zoomOut', label: 'Smaller interface', accelerator: 'CmdOrCtrl+Shift+-' },
        ...(app.isPackaged ? [] : [{ type: 'separator' as const }, { role: 'toggleDevTools' as const }]),
      ],
    },
    { role: 'windowMenu' },
  ]
  Menu.setApplicationMenu(Menu.buildFromTemplate(template))
}
