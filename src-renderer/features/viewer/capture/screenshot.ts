import { drawFilm } from '../viewport/drawFilm.ts'
import type { Size, View } from '../view.ts'
import { withText } from './pngText.ts'

export interface Shot {
  /** The viewport's element: its canvases, planes and marks are read from it. */
  element: HTMLElement
  view: View
  /** Of the film. */
  size: Size
  lines: string[]
  /** Keywords and texts for the file itself. */
  provenance: Record<string, string>
}

const BAND = 20
const FONT = '12px Inter, system-ui, sans-serif'

/** What the viewport shows, without the patient's name, as PNG; a band below says what it is. */
export async function screenshot({ element, view, size, lines, provenance }: Shot): Promise<Blob> {
  const port = { width: element.clientWidth, height: element.clientHeight }
  const canvas = Object.assign(document.createElement('canvas'), { width: port.width, height: port.height + BAND * lines.length })
  const context = canvas.getContext('2d')!
  context.fillStyle = '#000'
  context.fillRect(0, 0, canvas.width, canvas.height)
  const middle = { x: port.width / 2, y: port.height / 2 }
  context.save()
  context.beginPath()
  context.rect(0, 0, port.width, port.height)
  context.clip()
  context.imageSmoothingQuality = 'high'
  for (const layer of element.querySelectorAll<HTMLCanvasElement>('.stage canvas:not([hidden])')) {
    context.globalAlpha = Number(getComputedStyle(layer).opacity)
    drawFilm(context, layer, view, size, middle)
  }
  context.globalAlpha = 1
  for (const plane of element.querySelectorAll<HTMLImageElement>('.stage img')) drawPlane(context, plane, view, size, middle)
  const marks = element.querySelector<SVGElement>('svg.marks')
  if (marks) context.drawImage(await pictureOf(marks, port), 0, 0)
  context.restore()
  write(context, lines, port)
  const png = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'))
  if (!png) throw new Error('The browser made no picture.')
  return new Blob([withText(new Uint8Array(await png.arrayBuffer()), provenance) as Uint8Array<ArrayBuffer>], { type: 'image/png' })
}

function drawPlane(context: CanvasRenderingContext2D, plane: HTMLImageElement, view: View, size: Size, middle: { x: number; y: number }): void {
  const { offsetLeft, offsetTop, offsetWidth: width, offsetHeight: height } = plane
  drawFilm(context, plane, view, { width, height }, middle, { x: size.width / 2 - width / 2 - offsetLeft, y: size.height / 2 - height / 2 - offsetTop })
}

/** The marks carry their looks as attributes, so that they look the same as a picture of their own. */
async function pictureOf(marks: SVGElement, { width, height }: Size): Promise<HTMLImageElement> {
  const copy = marks.cloneNode(true) as SVGElement
  for (const [name, value] of Object.entries({ xmlns: 'http://www.w3.org/2000/svg', width, height, viewBox: `${-width / 2} ${-height / 2} ${width} ${height}` })) copy.setAttribute(name, String(value))
  for (const point of copy.querySelectorAll('circle')) point.remove()
  const picture = new Image(width, height)
  picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(copy))}`
  await picture.decode()
  return picture
}

function write(context: CanvasRenderingContext2D, lines: string[], { width, height }: Size): void {
  context.fillStyle = '#12161b'
  context.fillRect(0, height, width, BAND * lines.length)
  context.font = FONT
  context.textBaseline = 'middle'
  lines.forEach((line, i) => {
    context.fillStyle = i ? '#9aa7b4' : '#ffb454'
    context.fillText(line, 8, height + BAND * (i + 0.5), width - 16)
  })
}
