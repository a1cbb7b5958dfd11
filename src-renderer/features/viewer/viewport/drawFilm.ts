import type { Point, Size, View } from '../view.ts'

/**
 * Draw a film, or what lies over it, as the stage's CSS transform shows it (`toCss`).
 * @param middle of the film's view, in pixels of the context
 * @param under the film's point, from its centre, that `view.x` and `view.y` are of; its centre when left out
 */
export function drawFilm(context: CanvasRenderingContext2D, picture: CanvasImageSource, { x, y, scale, quarter, mirrored }: View, size: Size, middle: Point, under: Point = { x: 0, y: 0 }): void {
  context.save()
  context.translate(middle.x + x, middle.y + y)
  context.scale(scale, scale)
  context.rotate((quarter * Math.PI) / 2)
  if (mirrored) context.scale(-1, 1)
  context.drawImage(picture, -size.width / 2 - under.x, -size.height / 2 - under.y, size.width, size.height)
  context.restore()
}
