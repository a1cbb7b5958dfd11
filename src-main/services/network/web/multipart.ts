import { CodedError } from '#shared/errors.ts'

export type MultipartEvent = { event: 'part' } | { event: 'data'; bytes: Uint8Array } | { event: 'end' }

/** The headers of a part take some hundred bytes. */
const MOST_HEADER = 1 << 14

/**
 * The parts of a multipart body (RFC 2046 section 5.1.1) as they come, never a whole part in memory.
 * @throws CodedError NODE_ANSWER where the body ends early
 */
export async function* multipart(body: AsyncIterable<Uint8Array>, boundary: string): AsyncGenerator<MultipartEvent> {
  const delimiter = Buffer.from(`\r\n--${boundary}`)
  // The first delimiter may lack the line end before it.
  let held: Buffer = Buffer.from('\r\n')
  let inside = false
  for await (const chunk of body) {
    held = Buffer.concat([held, chunk])
    for (;;) {
      const at = held.indexOf(delimiter)
      if (at < 0) {
        const sure = held.length - delimiter.length
        if (sure > 0) {
          if (inside) yield { event: 'data', bytes: held.subarray(0, sure) }
          held = held.subarray(sure)
        }
        break
      }
      const after = at + delimiter.length
      if (held.length < after + 2) break
      const closes = held.toString('latin1', after, after + 2) === '--'
      const headers = closes ? after : held.indexOf('\r\n\r\n', after)
      if (headers < 0 && held.length - after > MOST_HEADER) throw broken('the head of a part has no end')
      if (headers < 0) break
      if (inside) {
        if (at > 0) yield { event: 'data', bytes: held.subarray(0, at) }
        yield { event: 'end' }
      }
      if (closes) return
      inside = true
      held = held.subarray(headers + 4)
      yield { event: 'part' }
    }
  }
  throw broken('it ends early')
}

const broken = (why: string): CodedError => new CodedError('NODE_ANSWER', `The answer of the node cannot be read: ${why}.`, { remedy: 'Try again.' })

/** The boundary that a Content-Type names. @throws NODE_ANSWER */
export function boundaryOf(contentType: string | null): string {
  const match = /^multipart\/related\s*;.*\bboundary=(?:"([^"]+)"|([^\s;]+))/is.exec(contentType ?? '')
  const boundary = match?.[1] ?? match?.[2]
  if (!boundary) throw broken('it is not multipart/related')
  return boundary
}
