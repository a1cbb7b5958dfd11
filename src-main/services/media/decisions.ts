import { bytes } from './index.ts'
import type { MediaRoute } from './index.ts'

/** What readers decided, as a label file to download. */
export const decisions: MediaRoute = {
  pattern: /^\/media\/decisions\.csv$/,
  answer({ decisions: service }) {
    const response = bytes(Buffer.from(service.csv()), 'text/csv; charset=utf-8', 0)
    response.headers.set('Content-Disposition', 'attachment; filename="reader-labels.csv"')
    return Promise.resolve(response)
  },
}
