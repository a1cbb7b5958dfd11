import assert from 'node:assert/strict'
import test from 'node:test'
import { contourPath, contoursSvg, MOST_CONTOURS, contourStyle } from '#shared/overlay/contours.ts'
import { upsample, type CoarseMap } from '#shared/overlay/heatmap.ts'

/** Ends of the segments. */
type Segment = [[x: number, y: number], [x: number, y: number]]
const ends = (path: string): Segment[] => [...path.matchAll(/M(\S+) ([\d.]+)L(\S+) ([\d.]+)/g)].map(([, ...n]) => [[Number(n[0]), Number(n[1])], [Number(n[2]), Number(n[3])]])
const bump = (cx: number, cy: number, sign = 1): CoarseMap => ({ height: 14, width: 14, values: Float32Array.from({ length: 196 }, (_, i) => sign * Math.exp(-(((i % 14) - cx) ** 2 + (Math.floor(i / 14) - cy) ** 2) / 8)) })

test('a contour lies where the map has the level, and every line goes on: each end is the end of two segments', () => {
  const map = bump(5, 8)
  const [width, height] = [300, 240]
  const lines = ends(contourPath(map, 0.5, width, height))
  assert.ok(lines.length > 20)
  const fine = upsample(map, width, height)
  const most = fine.reduce((a, b) => Math.max(a, b))
  for (const [[x, y]] of lines) assert.ok(Math.abs(fine[Math.min(height - 1, Math.floor(y)) * width + Math.min(width - 1, Math.floor(x))]! / most - 0.5) < 0.06, `${x}, ${y}`)
  const meetings = new Map<string, number>()
  for (const end of lines.flat()) meetings.set(end.join(), (meetings.get(end.join()) ?? 0) + 1)
  assert.deepEqual([...new Set(meetings.values())], [2])
  // e^(-r^2/8) is half at r = 2.35 cells.
  const xs = lines.flat().map(([x]) => x)
  assert.ok(Math.abs((Math.max(...xs) - Math.min(...xs)) / (width / 14) - 2 * Math.sqrt(8 * Math.LN2)) < 0.3)
})

test('a place at the edge of the film is closed along it; a saddle has two lines; evidence against a label has none', () => {
  const edge = ends(contourPath(bump(0, 7), 0.5, 100, 100)).flat()
  assert.ok(Math.min(...edge.map(([x]) => x)) < 100 / 96)
  const saddle = ends(contourPath({ height: 2, width: 2, values: Float32Array.of(1, 0, 0, 1) }, 0.6, 100, 100))
  assert.ok(saddle.some(([[x, y]]) => x + y < 90) && saddle.some(([[x, y]]) => x + y > 110) && !saddle.some(([[x, y]]) => Math.abs(x - 50) + Math.abs(y - 50) < 2))
  assert.equal(contourPath(bump(5, 5, -1), 0.5, 100, 100), '')
})

test('six labels have six colours and six dashes', () => {
  const styles = Array.from({ length: MOST_CONTOURS }, (_, i) => contourStyle(i))
  assert.deepEqual([new Set(styles.map(({ colour }) => colour)).size, new Set(styles.map(({ dash }) => dash)).size], [6, 6])
  const svg = contoursSvg([{ label: 'Edema', map: bump(4, 4) }, { label: 'Fracture', map: bump(9, 9) }], 0.5, 200, 100)
  assert.deepEqual([...svg.matchAll(/stroke="(#\w+)"/g)].map(([, colour]) => colour), styles.slice(0, 2).map(({ colour }) => colour))
})
