import assert from 'node:assert/strict'
import { test } from 'node:test'
import { edgesOf, fitted, flippedHorizontally, flippedVertically, moved, rotated, toFilm, toScreen, visible, zoomed, type Point, type View } from './view.ts'

/** Every orientation, off centre and scaled. */
const VIEWS: View[] = [0, 1, 2, 3].flatMap((quarter) => [false, true].map((mirrored) => ({ scale: 1.5, x: 30, y: -12, quarter, mirrored })))
const POINTS: Point[] = [{ x: 0, y: 0 }, { x: 100, y: 0 }, { x: -40, y: 77 }]
const near = (a: Point, b: Point, why: string): void => assert.ok(Math.hypot(a.x - b.x, a.y - b.y) < 1e-9, `${why}: ${JSON.stringify(a)} ${JSON.stringify(b)}`)

test('screen to film undoes film to screen', () => {
  for (const view of VIEWS) for (const point of POINTS) near(toFilm(view, toScreen(view, point)), point, JSON.stringify(view))
})

test('flips and turns act on what is on the screen, however it lies', () => {
  for (const view of VIEWS) {
    for (const point of POINTS) {
      const { x, y } = toScreen(view, point)
      near(toScreen(flippedHorizontally(view), point), { x: -x, y }, 'left to right')
      near(toScreen(flippedVertically(view), point), { x, y: -y }, 'top to bottom')
      near(toScreen(rotated(view, 1), point), { x: -y, y: x }, 'clockwise')
      near(toScreen(rotated(view, -1), point), { x: y, y: -x }, 'anticlockwise')
      near(toScreen(moved(view, 5, 6), point), { x: x + 5, y: y + 6 }, 'moved')
    }
  }
})

test('what is under the pointer stays there while zooming', () => {
  for (const view of VIEWS) {
    const at = { x: 80, y: -50 }
    const under = toFilm(view, at)
    near(toScreen(zoomed(view, 1.7, at), under), at, 'in')
    near(toScreen(zoomed(view, 1e9, at), under), at, 'to the limit')
  }
})

test('a fitted film touches the viewport and stays inside', () => {
  const film = { width: 2000, height: 1000 }
  const port = { width: 800, height: 600 }
  assert.equal(fitted({ quarter: 0, mirrored: false }, film, port).scale, 0.4)
  assert.equal(fitted({ quarter: 1, mirrored: true }, film, port).scale, 0.3)
  assert.equal(fitted({ quarter: 0, mirrored: false }, { width: 0, height: 0 }, port).scale, 1)
})

test('orientation letters follow the film', () => {
  const upright: View = { scale: 1, x: 0, y: 0, quarter: 0, mirrored: false }
  assert.deepEqual(edgesOf(['L', 'F'], upright), { top: 'H', right: 'L', bottom: 'F', left: 'R' })
  assert.deepEqual(edgesOf(['L', 'F'], flippedHorizontally(upright)), { top: 'H', right: 'R', bottom: 'F', left: 'L' })
  assert.deepEqual(edgesOf(['L', 'F'], rotated(upright, 1)), { top: 'R', right: 'H', bottom: 'L', left: 'F' })
  assert.equal(edgesOf(['', ''], upright), null)
})

test('what is in sight is the part of the film under the viewport, however it lies', () => {
  const film = { width: 2000, height: 1000 }
  const port = { width: 800, height: 600 }
  assert.deepEqual(visible(fitted({ quarter: 0, mirrored: false }, film, port), film, port), { left: 0, top: 0, width: 2000, height: 1000 })
  for (const view of VIEWS) {
    const { left, top, width, height } = visible({ ...view, scale: 4 }, film, port)
    for (const corner of [{ x: left, y: top }, { x: left + width, y: top + height }]) {
      const { x, y } = toScreen({ ...view, scale: 4 }, { x: corner.x - 1000, y: corner.y - 500 })
      near({ x: Math.abs(x), y: Math.abs(y) }, { x: 400, y: 300 }, JSON.stringify(view))
    }
  }
})
