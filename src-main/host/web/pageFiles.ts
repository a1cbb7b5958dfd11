import { readFile } from 'node:fs/promises'
import { extname, join, resolve, sep } from 'node:path'
import { CONTENT_SECURITY_POLICY, MIME_TYPES } from '../pages.ts'

/** Files whose name carries a hash of their content never change. */
const IMMUTABLE = /^\/assets\/[^/]+-[\w-]{8}\.\w+$/

/** One file of the built page; nothing outside its folder can be named. */
export async function pageFile(folder: string, pathname: string): Promise<Response> {
  const root = resolve(folder)
  let name: string
  try {
    name = decodeURIComponent(pathname === '/' ? '/index.html' : pathname)
  } catch {
    return text(400, 'The address is not well formed.')
  }
  const file = resolve(join(root, name))
  if (!file.startsWith(root + sep) || name.includes('\0')) return text(403, 'Outside the page folder.')
  const content = await readFile(file).catch(() => null)
  if (!content) {
    return pathname === '/' ? text(503, 'The pages are not built yet: run `npm start` or `npm run build`.') : text(404, 'Not found.')
  }
  return new Response(new Uint8Array(content), {
    headers: {
      'content-type': MIME_TYPES[extname(file)] ?? 'application/octet-stream',
      'content-security-policy': CONTENT_SECURITY_POLICY,
      'cache-control': IMMUTABLE.test(pathname) ? 'public, max-age=31536000, immutable' : 'no-cache',
    },
  })
}

export const text = (status: number, message: string): Response => new Response(`${message}\n`, { status, headers: { 'content-type': 'text/plain; charset=utf-8' } })
