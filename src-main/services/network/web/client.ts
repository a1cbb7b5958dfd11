import type { WebNode } from '#shared/domain/network.ts'
import { CodedError } from '#shared/errors.ts'

/** A server that says nothing for so long is gone, in milliseconds. */
const STALLED = 60_000

export interface WebAccess extends Pick<WebNode, 'address' | 'user'> {
  secret: string
  signal?: AbortSignal | undefined
}

/**
 * One GET to the node, and nowhere else: redirections are refused, certificates checked. `beat` is to be called whenever bytes come.
 * @param path below the node's address
 * @throws CodedError NODE_UNREACHABLE, NODE_REFUSED, NODE_ANSWER; none of them carries what was asked for
 */
export async function ask<T>({ address, user, secret, signal }: WebAccess, path: string, accept: string, use: (response: Response, beat: () => void) => Promise<T>): Promise<T> {
  const stalled = new AbortController()
  const timer = setTimeout(() => stalled.abort(), STALLED)
  try {
    const headers = { accept, ...authorization(user, secret) }
    const response = await fetch(`${address}${path}`, { headers, redirect: 'error', signal: AbortSignal.any([stalled.signal, ...(signal ? [signal] : [])]) })
    if (response.status === 401 || response.status === 403) throw new CodedError('NODE_REFUSED', 'The node does not let us in.', { remedy: 'Enter user and password, or the token, again.' })
    if (!response.ok) throw new CodedError('NODE_ANSWER', `The node answers with status ${response.status}.`)
    return await use(response, () => timer.refresh())
  } catch (error) {
    signal?.throwIfAborted()
    if (error instanceof CodedError) throw error
    throw unreachable(stalled.signal.aborted ? 'nothing came for a minute' : reasonOf(error), error)
  } finally {
    clearTimeout(timer)
  }
}

function authorization(user: string, secret: string): Record<string, string> {
  if (user) return { authorization: `Basic ${Buffer.from(`${user}:${secret}`).toString('base64')}` }
  return secret ? { authorization: `Bearer ${secret}` } : {}
}

function unreachable(why: string, cause: unknown): CodedError {
  const untrusted = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ALTNAME/.test(why)
  return new CodedError(untrusted ? 'NODE_UNTRUSTED' : 'NODE_UNREACHABLE', untrusted ? `The certificate of the node is not to be trusted (${why}).` : `The node cannot be reached: ${why}.`, {
    cause,
    remedy: untrusted ? 'Name the certificate of your hospital in NODE_EXTRA_CA_CERTS before the start.' : 'Check its address, and that it is running.',
  })
}

/** `fetch` hides what the system said in the cause. */
function reasonOf(error: unknown): string {
  const { cause, code } = error as { cause?: { code?: string; message?: string }; code?: string }
  return cause?.code ?? cause?.message ?? code ?? 'unknown'
}
