import { imageFilter } from '#shared/contracts/datasets.ts'
import { CodedError } from '#shared/errors.ts'
import type { Services } from '../index.ts'
import type { MediaRoute } from './index.ts'

/** Label file of the rows of a data set that meet a filter, as it is read: a set of any size needs no memory. */
export const datasetCsv: MediaRoute = {
  pattern: /^\/media\/dataset\/([^/]+)\.csv$/,
  async answer({ datasets }: Services, [id = ''], query) {
    const parsed = imageFilter.safeParse(JSON.parse(query.get('filter') ?? '{}'))
    if (!parsed.success) throw new CodedError('INVALID_REQUEST', 'The filter is none.')
    return csvFile(datasets.csv(id, parsed.data), 'labels.csv')
  },
}

/** Doubtful films of a data set. */
export const qualityCsv: MediaRoute = {
  pattern: /^\/media\/quality\/([^/]+)\.csv$/,
  answer: async ({ quality }: Services, [id = '']) => csvFile(quality.csv(id), 'quality.csv'),
}

function csvFile(csv: AsyncGenerator<string>, name: string): Response {
  return new Response(bytesOf(csv), {
    headers: { 'Content-Type': 'text/csv; charset=utf-8', 'Content-Disposition': `attachment; filename="${name}"`, 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' },
  })
}

/** As fast as it is taken; a reader that leaves ends the reading. */
function bytesOf(text: AsyncGenerator<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await text.next()
      if (done) controller.close()
      else controller.enqueue(encoder.encode(value))
    },
    cancel: () => void text.return(undefined),
  })
}
