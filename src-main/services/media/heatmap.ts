import { heatmapPng, type CoarseMap } from '#main/dicom/index.ts'
import { LABELS } from '#shared/domain/labels.ts'
import type { Label } from '#shared/domain/labels.ts'
import type { ActivationMap } from '#shared/domain/prediction.ts'
import { contoursSvg, CONTOUR_SHARE, MOST_CONTOURS } from '#shared/overlay/contours.ts'
import { CodedError } from '#shared/errors.ts'
import { labelsOf } from '../predictions/files.ts'
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

/** Contours of several labels as a picture of the film's size: `<prediction>/<label>,<label>.svg`. */
export const contours: MediaRoute = {
  pattern: /^\/media\/contours\/([^/]+)\/([^/]+)\.svg$/,
  async answer(services, [prediction = '', names = '']) {
    const { image } = services.store.predictions.get(prediction)
    const lines = labelsOf(names).slice(0, MOST_CONTOURS).map((label) => ({ label, map: coarse(services.predictions.activation(prediction, label)) }))
    const { width, height } = await filmSize(services, image)
    return bytes(Buffer.from(contoursSvg(lines, CONTOUR_SHARE, width, height)), 'image/svg+xml', 600)
  },
}

const coarse = ({ values, ...map }: ActivationMap): CoarseMap => ({ ...map, values: Float32Array.from(values) })

async function filmSize({ store, pool }: Services, id: string): Promise<{ width: number; height: number }> {
  const { rows, columns, path } = store.images.get(id)
  if (rows !== null && columns !== null) return { width: columns, height: rows }
  if (path === null) throw new CodedError('LABELS_ONLY', 'Only the labels of this film were imported.')
  return pool.run({ task: 'inspect', path, decode: false })
}
