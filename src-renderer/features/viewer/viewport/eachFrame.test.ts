import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import { eachFrame } from './eachFrame.ts'

/** The screen's next frame, made by hand. */
let frames = new Map<number, () => void>()
let asked = 0
const nextFrame = (): void => {
  const due = [...frames.values()]
  frames.clear()
  for (const work of due) work()
}
beforeEach(() => {
  frames = new Map()
  const screen = { requestAnimationFrame: (work: () => void) => (frames.set(++asked, work), asked), cancelAnimationFrame: (id: number) => void frames.delete(id) }
  Object.assign(globalThis, screen)
})
afterEach(() => {
  for (const name of ['requestAnimationFrame', 'cancelAnimationFrame']) Reflect.deleteProperty(globalThis, name)
})

test('of what comes between two frames the last is done, once', () => {
  const done: number[] = []
  const following = eachFrame((value: number) => void done.push(value))
  for (const value of [1, 2, 3]) following.ask(value)
  assert.equal(frames.size, 1)
  nextFrame()
  nextFrame()
  following.ask(4)
  nextFrame()
  assert.deepEqual(done, [3, 4])
})

test('what waits is done at once where that is asked, and not again; or not at all', () => {
  const done: number[] = []
  const following = eachFrame((value: number) => void done.push(value))
  following.now()
  following.ask(1)
  following.now()
  following.ask(2)
  following.drop()
  nextFrame()
  assert.deepEqual(done, [1])
})
