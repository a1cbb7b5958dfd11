import { heatmapPng } from '#main/dicom/index.ts'
import { LABELS } from '#shared/domain/labels.ts'
import type { Label } from '#shared/domain/labels.ts'
import { CodedError } from '#shared/errors.ts'
import type { Services } from '../index.ts'
import { bytes } from './index.ts'
import type { MediaRoute } from './index.ts'

export const heatmap: MediaRoute = {
  pattern: /^\/media\/heatmap\/([^/]+)\/([^/]+)\.png$/,
  async answer(services, [prediction = '', label = '']) {
    const index = LABELS.indexOf(label as Label)
    if (index < 0) throw new CodedError('INVALID_REQUEST', 'This is none of the 14 labels.')
    const { image } = services.store.predictions.get(prediction)
    const maps = services.store.predictions.maps(prediction)
    if (!maps) throw new CodedError('NOT_FOUND', 'This prediction was stored without activation maps.', { remedy: 'Predict the study again.' })
    const { height, width, shift, data } = maps
    const values = data.slice(index * height * width, (index + 1) * height * width)
    const film = await filmSize(services, image)
    return bytes(await heatmapPng({ values, height, width, shift }, film.width, film.height), 'image/png', 600)
  },
}

async function filmSize({ store, pool }: Services, id: string): Promise<{ width: number; height: number }> {
  const { rows, columns, path } = store.images.get(id)
  if (rows !== null && columns !== null) return { width: columns, height: rows }
  if (path === null) throw new CodedError('LABELS_ONLY', 'Only the labels of this film were imported.')
  return pool.run({ task: 'inspect', path, decode: false })
}
