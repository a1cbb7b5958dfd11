import { readFile } from 'node:fs/promises'
import { extname, join, normalize, sep } from 'node:path'
import { protocol } from 'electron'
import { CONTENT_SECURITY_POLICY, MIME_TYPES } from '../pages.ts'

export const APP_ORIGIN = 'app://xclassifier'

/** Must run before `app.whenReady()`. A standard, secure scheme gives workers, fetch and storage an origin that `file://` lacks. */
export function registerAppScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true, codeCache: true } },
  ])
}

/** Serves the built page and `/media/...`; nothing else on the disk can be reached through it. */
export function serveAppScheme(pageFolder: string, media: (request: Request) => Promise<Response>): void {
  protocol.handle('app', async (request) => {
    const url = new URL(request.url)
    if (url.origin !== APP_ORIGIN && url.host !== 'xclassifier') return new Response('unknown host', { status: 404 })
    if (url.pathname.startsWith('/media/')) return media(request)
    return page(pageFolder, url.pathname)
  })
}

async function page(folder: string, pathname: string): Promise<Response> {
  const name = pathname === '/' ? 'index.html' : decodeURIComponent(pathname).slice(1)
  const file = normalize(join(folder, name))
  if (!file.startsWith(folder + sep)) return new Response('outside the page folder', { status: 403 })
  const bytes = await readFile(file).catch(() => null)
  if (!bytes) return new Response('not found', { status: 404 })
  return new Response(new Uint8Array(bytes), {
    headers: {
      'content-type': MIME_TYPES[extname(file)] ?? 'application/octet-stream',
      'content-security-policy': CONTENT_SECURITY_POLICY,
      'x-content-type-options': 'nosniff',
    },
  })
}
