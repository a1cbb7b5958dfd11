import { App, AppOptions, logger } from 'dwv'
import { CodedError } from '../../../../src-shared/errors.ts'
import type { Size } from '../view.ts'

logger.level = logger.levels.ERROR

/** What a single pixel may be stored in; bits above the stored ones are clear or repeat the sign. */
export type Cells = Uint8Array | Int8Array | Uint16Array | Int16Array

/** A DICOM file as dwv reads it. */
export interface DicomImage {
  columns: number
  rows: number
  frames: number
  /** Every frame, one after the other. */
  cells: Cells
  /** In CSS pixels; rows are stretched where pixels are not square. */
  size: Size
  /** First value of a tag such as `00280030`. */
  text(tag: string): string
  texts(tag: string): string[]
  numbers(tag: string): number[]
}

type Elements = Record<string, { value: unknown[] } | undefined>

/**
 * dwv as the reader of DICOM files; windows and canvases are ours (decision 0030). One `App` a film: nothing of the film before can arrive late or stay in memory.
 * @throws CodedError CORRUPT_IMAGE, NO_PIXEL_DATA
 */
export async function readDicom(data: ArrayBuffer, signal: AbortSignal): Promise<DicomImage> {
  const app = new App()
  const options = new AppOptions({})
  options.viewOnFirstLoadItem = false
  app.init(options)
  const stop = (): void => app.abortAllLoads()
  signal.addEventListener('abort', stop)
  try {
    const dataId = await load(app, data)
    signal.throwIfAborted()
    const image = app.getImage(dataId)
    if (!image) throw new CodedError('NO_PIXEL_DATA', 'The file holds no image.')
    const geometry = image.getGeometry()
    const [columns, rows] = [geometry.getSize().get(0), geometry.getSize().get(1)]
    const spacing = geometry.getSpacing()
    const cells = image.getBuffer() as Cells
    return {
      columns,
      rows,
      frames: Math.max(1, Math.floor(cells.length / (columns * rows))),
      cells,
      size: { width: columns, height: (rows * spacing.get(1)) / spacing.get(0) },
      ...tagsOf((app.getMetaData(dataId) ?? {}) as Elements),
    }
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

function tagsOf(elements: Elements): Pick<DicomImage, 'text' | 'texts' | 'numbers'> {
  return {
    text: (tag) => String(elements[tag]?.value[0] ?? '').trim(),
    // dwv splits most values at the backslash, but not all.
    texts: (tag) => (elements[tag]?.value ?? []).flatMap((value) => String(value).trim().split('\\')),
    numbers: (tag) => (elements[tag]?.value ?? []).map(Number).filter(Number.isFinite),
  }
}

function load(app: App, data: ArrayBuffer): Promise<string> {
  return new Promise((resolve, reject) => {
    app.addEventListener('load', (event: { dataid: string }) => resolve(event.dataid))
    app.addEventListener('abort', () => reject(new DOMException('Another film was asked for.', 'AbortError')))
    app.addEventListener('error', (event: { error?: unknown }) =>
      reject(new CodedError('CORRUPT_IMAGE', 'The viewer cannot read this film.', { cause: event.error, remedy: 'Check the file with its DICOM tags (key t), or convert it.' })),
    )
    app.loadImageObject([{ name: 'film', filename: 'film.dcm', data }])
  })
}
