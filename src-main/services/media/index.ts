import { CodedError, toErrorShape } from '#shared/errors.ts'
import type { Services } from '../index.ts'
import { display, film, overlay, thumbnail } from './films.ts'
import { decisions } from './decisions.ts'
import { datasetCsv, qualityCsv } from './dataset.ts'
import { evaluation } from './evaluation.ts'
import { contours, heatmap } from './heatmap.ts'
import { report } from './report.ts'

export type Media = (request: Request) => Promise<Response>

/** One address: its path, and what answers it. Groups of the pattern are passed on decoded. */
export interface MediaRoute {
  pattern: RegExp
  answer(services: Services, groups: string[], query: URLSearchParams, signal: AbortSignal): Promise<Response>
}

/** Every address of docs/interfaces.md under `/media/`. */
const ROUTES: readonly MediaRoute[] = [thumbnail, film, display, overlay, heatmap, contours, report, evaluation, decisions, datasetCsv, qualityCsv]

const STATUS: Record<string, number> = { NOT_FOUND: 404, FILE_NOT_FOUND: 404, LABELS_ONLY: 404, INVALID_REQUEST: 400 }

/** Pixels and files for the pages; both hosts serve this one function. Errors are JSON `{error}`. */
export function createMedia(services: Services): Media {
  return async (request) => {
    try {
      const { pathname, searchParams } = new URL(request.url)
      if (request.method !== 'GET') throw new CodedError('INVALID_REQUEST', 'Media are only read.')
      for (const { pattern, answer } of ROUTES) {
        const groups = pattern.exec(pathname)
        if (groups) return await answer(services, groups.slice(1).map(decodeURIComponent), searchParams, request.signal)
      }
      throw new CodedError('NOT_FOUND', 'There is nothing at this address.')
    } catch (error) {
      const shape = toErrorShape(error)
      return Response.json({ error: shape }, { status: STATUS[shape.code] ?? (shape.code === 'INTERNAL' ? 500 : 422) })
    }
  }
}

/** A body that only this user's pages may keep, for as many seconds as given. */
export function bytes(body: Uint8Array, type: string, seconds: number): Response {
  return new Response(body as Uint8Array<ArrayBuffer>, {
    headers: {
      'Content-Type': type,
      'Content-Length': String(body.byteLength),
      'Cache-Control': seconds ? `private, max-age=${seconds}` : 'no-store',
      'X-Content-Type-Options': 'nosniff',
    },
  })
}
