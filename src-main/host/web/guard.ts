import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

export interface Refusal {
  status: 401 | 403
  reason: string
}

/** Who may talk to the server: our own page, opened with the printed address, on this machine. */
export interface Guard {
  /** Part of the printed address; whoever knows it gets the cookie. */
  readonly token: string
  /** Value of `Set-Cookie` for a request that carries the right token. */
  cookie(port: number): string
  /** Host and Origin first (403: another page, or a name that was made to point here), then the cookie (401). */
  check(request: IncomingMessage, port: number, needsOrigin: boolean): Refusal | null
  /** Host only: the token page is asked before there is a cookie. */
  checkHost(request: IncomingMessage, port: number): Refusal | null
  tokenIsRight(candidate: string): boolean
}

export function createGuard(): Guard {
  const token = randomBytes(24).toString('base64url')
  // Not the token itself: an address in a browser's history must not equal what the browser sends.
  const session = randomBytes(24).toString('base64url')

  const checkHost: Guard['checkHost'] = (request, port) =>
    hosts(port).includes(request.headers.host ?? '') ? null : { status: 403, reason: 'This address is not served here.' }

  return {
    token,
    // Cookies know no ports: the name keeps two running programs apart.
    cookie: (port) => `${cookieName(port)}=${session}; HttpOnly; SameSite=Strict; Path=/`,
    checkHost,
    tokenIsRight: (candidate) => equal(candidate, token),
    check(request, port, needsOrigin) {
      const badHost = checkHost(request, port)
      if (badHost) return badHost
      const { origin } = request.headers
      const sameOrigin = hosts(port).some((host) => origin === `http://${host}`)
      if (origin === undefined ? needsOrigin : !sameOrigin) return { status: 403, reason: 'Requests from other pages are refused.' }
      if (!equal(cookieOf(request, cookieName(port)), session)) return { status: 401, reason: 'Open the address that the program printed, with its token.' }
      return null
    },
  }
}

const hosts = (port: number): string[] => [`127.0.0.1:${port}`, `localhost:${port}`]
const cookieName = (port: number): string => `xclassifier-${port}`

function cookieOf(request: IncomingMessage, name: string): string {
  for (const part of (request.headers.cookie ?? '').split(';')) {
    const [key, value = ''] = part.trim().split('=', 2)
    if (key === name) return value
  }
  return ''
}

/** In a time that does not depend on where they differ. */
function equal(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(a), digest(b))
}
