import sharp, { type OverlayOptions } from 'sharp'
import { LABELS, type Label } from '#shared/domain/labels.ts'
import type { Prediction } from '#shared/domain/prediction.ts'
import type { Report } from '#shared/domain/report.ts'
import { contoursSvg, contourStyle, CONTOUR_SHARE, type Contour } from '#shared/overlay/contours.ts'
import { CodedError } from '#shared/errors.ts'
import { heatmapRgba, resizeTriangle, type CoarseMap, type DecodePool, type GreyPicture } from '#main/dicom/index.ts'
import type { Store } from '#main/store/index.ts'
import type { StoredImage } from '#main/store/repositories/images.ts'
import type { KeyImage } from './content.ts'

/** Longest side of a printed film in pixels: 300 a printed inch at half the page's width. */
const PRINTED = 1100

/**
 * The films of a report as they are printed. One that cannot be opened any more leaves a caption that says so, not a report that cannot be made.
 */
export async function keyImages(store: Store, pool: DecodePool, report: Report, prediction: Prediction | null): Promise<KeyImage[]> {
  return Promise.all(
    report.keyImages.map(async ({ image: id, label, contours = [] }): Promise<KeyImage> => {
      const image = store.images.get(id)
      const map = label && mapOf(store, image.id, label, prediction)
      try {
        const { pixels, width, height } = shrink(await displayed(pool, image))
        const base = sharp(pixels, { raw: { width, height, channels: 1 } }).toColourspace('srgb')
        const lines = contours.flatMap((name): Contour[] => {
          const found = mapOf(store, image.id, name, prediction)
          return found ? [{ label: name, map: found }] : []
        })
        const over: OverlayOptions[] = [
          ...(map ? [{ input: Buffer.from(heatmapRgba(map, width, height)), raw: { width, height, channels: 4 as const } }] : []),
          ...(lines.length ? [{ input: Buffer.from(contoursSvg(lines, CONTOUR_SHARE, width, height)) }] : []),
        ]
        const drawn = base.composite(over)
        return { picture: await drawn.jpeg({ quality: 92, chromaSubsampling: '4:4:4' }).toBuffer(), caption: [caption(image, label, map !== null), contourCaption(lines.map((line) => line.label))].filter(Boolean).join(' ') }
      } catch (error) {
        if (!(error instanceof CodedError)) throw error
        return { picture: null, caption: `${image.fileName}: the film cannot be shown (${error.code}).` }
      }
    }),
  )
}

export function displayed(pool: DecodePool, { path }: StoredImage): Promise<GreyPicture> {
  if (path === null) throw new CodedError('LABELS_ONLY', 'Only the labels of this film were imported.')
  return pool.run({ task: 'display', path })
}

function shrink({ pixels, width, height }: GreyPicture): { pixels: Uint8Array; width: number; height: number } {
  const scale = Math.min(1, PRINTED / Math.max(width, height))
  const [w, h] = [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))]
  return { pixels: scale < 1 ? resizeTriangle(pixels, width, height, w, h) : pixels, width: w, height: h }
}

/** The map of the report's own prediction when that is of this film, else of its newest prediction by the same model. */
export function mapOf(store: Store, image: string, label: Label, prediction: Prediction | null): CoarseMap | null {
  const candidates = store.predictions.ofImage(image)
  const chosen = candidates.find(({ id }) => id === prediction?.id) ?? candidates.find(({ model }) => model === prediction?.model) ?? candidates[0]
  const maps = chosen && store.predictions.maps(chosen.id)
  if (!maps) return null
  const cells = maps.height * maps.width
  const from = LABELS.indexOf(label) * cells
  return { height: maps.height, width: maps.width, shift: maps.shift, values: maps.data.slice(from, from + cells) }
}

function caption({ fileName, view }: StoredImage, label: Label | null, mapped: boolean): string {
  const film = [fileName, view].filter(Boolean).join(', ')
  if (!label) return film
  return mapped ? `${film}: where the model sees evidence for ${label}` : `${film}: no activation map of ${label} is kept`
}

/** Names with the colours of their lines, in words. */
function contourCaption(labels: readonly Label[]): string {
  return labels.length ? `Contours: ${labels.map((label, i) => `${label} (${contourStyle(i).name})`).join(', ')}.` : ''
}
