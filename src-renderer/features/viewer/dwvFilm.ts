import { App, AppOptions, logger, ViewConfig, WindowLevel } from 'dwv'
import { CodedError, fromErrorShape, type ErrorShape } from '../../../src-shared/errors.ts'
import { media } from '../../bridge/index.ts'
import type { Size } from './view.ts'
import type { Preset, Window } from './windows.ts'
import { presetsOf } from './windows.ts'

logger.level = logger.levels.ERROR

export interface FilmInfo {
  /** In CSS pixels; rows are stretched where pixels are not square. */
  size: Size
  columns: number
  rows: number
  presets: Preset[]
  /** Lowest to highest value. */
  range: number
  /** Whether the file's polarity shows low values bright. */
  inverted: boolean
  /** First value of a tag. */
  text(tag: string): string
  texts(tag: string): string[]
  numbers(tag: string): number[]
}

type Elements = Record<string, { value: unknown[] } | undefined>
type ViewController = ReturnType<ReturnType<App['getViewLayersByDataId']>[number]['getViewController']>

const UNBOUNDED = { min: -(2 ** 31), max: 2 ** 31 }

/**
 * dwv behind the few things a film needs: show these bytes at one canvas pixel a film pixel, set a window, invert. Zoom, pan, turns and flips are
 * the page's (see `view.ts`), so that every layer above the film moves with it.
 */
export class DwvFilm {
  readonly #div: HTMLElement
  /** One a film: nothing of the film before can arrive late, lie under it as a colour overlay, or stay in memory. */
  #app: App | null = null
  #controller: ViewController | null = null
  #values: { at(column: number, row: number): number } | null = null

  /** @param div needs an id; dwv looks it up by name. */
  constructor(div: HTMLElement) {
    this.#div = div
  }

  /** Fetch and show a film. @throws the coded error of the media address, or CORRUPT_IMAGE when dwv cannot read it */
  async show(image: string, signal: AbortSignal): Promise<FilmInfo> {
    const response = await fetch(media(['film', image]), { signal })
    if (!response.ok) {
      const answer = (await response.json().catch(() => null)) as { error?: ErrorShape } | null
      throw answer?.error ? fromErrorShape(answer.error) : new CodedError('FILM_UNAVAILABLE', `The film could not be read (${response.status}).`)
    }
    const data = await response.arrayBuffer()
    signal.throwIfAborted()
    this.clear()
    const app = this.#newApp()
    const dataId = await load(app, data)
    signal.throwIfAborted()
    return this.#render(app, dataId)
  }

  clear(): void {
    this.#controller = null
    this.#values = null
    this.#app?.abortAllLoads()
    this.#app = null
    this.#div.replaceChildren()
  }

  get window(): Window {
    const { center, width } = this.#controller?.getWindowLevel() ?? { center: 0, width: 1 }
    return { center, width }
  }

  set window({ center, width }: Window) {
    this.#controller?.setWindowLevel(new WindowLevel(center, width))
  }

  set inverted(inverted: boolean) {
    this.#controller?.setColourMap(inverted ? 'invPlain' : 'plain')
  }

  /** Value after the modality LUT. */
  valueAt(column: number, row: number): number | undefined {
    return this.#values?.at(column, row)
  }

  #newApp(): App {
    const options = new AppOptions({ '*': [new ViewConfig(this.#div.id)] })
    // The div gets the film's size first, so that dwv's own fit is one to one.
    options.viewOnFirstLoadItem = false
    this.#app = new App()
    this.#app.init(options)
    return this.#app
  }

  #render(app: App, dataId: string): FilmInfo {
    const image = app.getImage(dataId)
    const elements = (app.getMetaData(dataId) ?? {}) as Elements
    if (!image) throw new CodedError('NO_PIXEL_DATA', 'The file holds no image.')
    const geometry = image.getGeometry()
    const [columns, rows] = [geometry.getSize().get(0), geometry.getSize().get(1)]
    const spacing = geometry.getSpacing()
    const size = { width: columns, height: (rows * spacing.get(1)) / spacing.get(0) }
    Object.assign(this.#div.style, { width: `${size.width}px`, height: `${size.height}px` })
    const { min, max } = image.getRescaledDataRange()
    // dwv would squeeze every window into the film's own range of values; a window may reach beyond it (PS3.3 C.11.2.1.2).
    image.getRescaledDataRange = () => UNBOUNDED
    app.render(dataId)
    this.#controller = app.getViewLayersByDataId(dataId)[0]?.getViewController() ?? null
    this.#values = { at: (column, row) => image.getRescaledValue(column, row, 0) }
    const slopeIntercept = image.getRescaleSlopeAndIntercept()
    const pixels = image.getBuffer().subarray(0, columns * rows)
    const presets = presetsOf(ownWindows(elements), { pixels, slope: slopeIntercept.getSlope(), intercept: slopeIntercept.getIntercept() })
    if (presets[0]) this.window = presets[0]
    return {
      size,
      columns,
      rows,
      presets,
      range: max - min,
      inverted: image.getPhotometricInterpretation() === 'MONOCHROME1',
      text: (tag) => String(elements[tag]?.value[0] ?? '').trim(),
      // dwv splits most values at the backslash, but not all.
      texts: (tag) => (elements[tag]?.value ?? []).flatMap((value) => String(value).trim().split('\\')),
      numbers: (tag) => (elements[tag]?.value ?? []).map(Number).filter(Number.isFinite),
    }
  }
}

function load(app: App, data: ArrayBuffer): Promise<string> {
  return new Promise((resolve, reject) => {
    app.addEventListener('load', (event: { dataid: string }) => resolve(event.dataid))
    app.addEventListener('error', (event: { error?: unknown }) =>
      reject(new CodedError('CORRUPT_IMAGE', 'The viewer cannot read this film.', { cause: event.error, remedy: 'Check the file with its DICOM tags (key t), or convert it.' })),
    )
    app.loadImageObject([{ name: 'film', filename: 'film.dcm', data }])
  })
}

/** Window Center, Width and their Explanation (0028,1050), (0028,1051), (0028,1055). */
function ownWindows(elements: Elements): Preset[] {
  const values = (tag: string): unknown[] => elements[tag]?.value ?? []
  const names = values('00281055')
  return values('00281050').flatMap((center, i) => {
    const width = Number(values('00281051')[i])
    if (!Number.isFinite(Number(center)) || !(width >= 1)) return []
    const name = String(names[i] ?? '').trim()
    return [{ name: name || (i ? `File ${i + 1}` : 'File'), center: Number(center), width }]
  })
}
