import type { Page } from 'playwright-core'
import sharp from 'sharp'
import { until } from './library.ts'
import type { Rpc } from './rpc.ts'

/** Grey levels of a film, one byte a pixel. */
export interface Grey {
  width: number
  height: number
  values: Uint8Array
}

const CANVAS = '[id^="film-"] canvas'

/** What the viewer's canvas shows, at one pixel a film pixel; null before a film is there. */
export async function shownFilm(page: Page): Promise<Grey | null> {
  const shown = await page.evaluate((selector) => {
    const canvases = document.querySelectorAll<HTMLCanvasElement>(selector)
    const [canvas] = canvases
    if (canvases.length !== 1 || !canvas!.width) return null
    const { width, height } = canvas!
    const { data } = canvas!.getContext('2d')!.getImageData(0, 0, width, height)
    let red = ''
    for (let i = 0; i < data.length; i += 4) {
      // Sized, but not drawn yet.
      if (data[i + 3] !== 255) return null
      if (data[i] !== data[i + 1] || data[i] !== data[i + 2]) throw new Error(`pixel ${i / 4} is not grey`)
      red += String.fromCharCode(data[i]!)
    }
    return { width, height, red: btoa(red) }
  }, CANVAS)
  return shown && { width: shown.width, height: shown.height, values: new Uint8Array(Buffer.from(shown.red, 'base64')) }
}

/** The same film as the main process draws it: other code, and none of the viewer's. */
export async function drawnFilm(rpc: Rpc, image: string): Promise<Grey> {
  const { data, info } = await sharp(await rpc.media(`display/${image}.png`)).greyscale().raw().toBuffer({ resolveWithObject: true })
  return { width: info.width, height: info.height, values: new Uint8Array(data) }
}

/** Largest difference of two films; 256 when they are not of one size. */
export function difference(a: Grey, b: Grey): number {
  if (a.width !== b.width || a.height !== b.height) return 256
  let most = 0
  for (let i = 0; i < a.values.length; i++) most = Math.max(most, Math.abs(a.values[i]! - b.values[i]!))
  return most
}

/** Waits until the viewer shows a film like this one. @throws with the difference that stayed */
export async function filmToBe(page: Page, wanted: Grey, tolerance = 2, patience = 20_000): Promise<void> {
  let last = 256
  await until('the film', async () => {
    const shown = await shownFilm(page)
    last = shown ? difference(shown, wanted) : 256
    return last <= tolerance
  }, patience).catch((cause: unknown) => {
    throw new Error(`the film on the screen differs by ${last} grey levels (256: none there, or another size)`, { cause })
  })
}

interface Point {
  x: number
  y: number
}

/** Where points of the screen lie on the film and on the heat map, as shares of width and height, by the browser's own reckoning of every transform. */
export function placesOf(page: Page, points: Point[]): Promise<{ film: Point; heat: Point }[]> {
  return page.evaluate(
    ({ selectors, at }) => {
      const place = (selector: string, { x, y }: Point): Point => {
        const element = document.querySelector<HTMLElement>(selector)!
        const event = new MouseEvent('test', { clientX: x, clientY: y })
        element.dispatchEvent(event)
        return { x: event.offsetX / element.clientWidth, y: event.offsetY / element.clientHeight }
      }
      return at.map((point) => ({ film: place(selectors.film, point), heat: place(selectors.heat, point) }))
    },
    { selectors: { film: CANVAS, heat: '[data-testid="heat-map"]' }, at: points },
  )
}
