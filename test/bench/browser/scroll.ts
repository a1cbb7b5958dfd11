/** How smoothly the list of a large set scrolls: Chromium's own frames, in software rendering. */
import { openApp } from '../../e2e/host.ts'
import { NAME } from './publicSet.ts'

export interface Scrolling {
  rows: number
  /** Milliseconds between two frames. */
  median: number
  /** 95th of 100. */
  slow: number
  worst: number
  framesPerSecond: number
  /** Of frames, those later than two of 60 a second. */
  late: number
  /** Milliseconds of script, style and layout a frame, median and 95th of 100. */
  work: { median: number; slow: number }
  /** From the list's last scroll to its rows being there. */
  settled: number
  memory: number
}

/** @param library folder of a library that holds the set; @param seconds of scrolling, by wheel steps of 120 to 1,200 pixels and jumps */
export async function scrolling(library: string, seconds: number): Promise<Scrolling> {
  await using app = await openApp({ library })
  const { page, rpc } = app
  const set = (await rpc.call('datasets.list', {})).find(({ name }) => name === NAME)!
  await page.goto(`${new URL(app.url).origin}/#/datasets/${set.id}`)
  await page.locator('.tr .name').first().waitFor()
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable')
  const measured = await page.evaluate(scroll, seconds)
  const began = performance.now()
  await page.waitForFunction(() => document.querySelectorAll('.tr .name').length > 5 && !document.querySelector('.tr.absent'))
  const settled = performance.now() - began
  const { metrics } = await session.send('Performance.getMetrics')
  return { ...measured, rows: set.images, settled, memory: metrics.find(({ name }) => name === 'JSHeapUsedSize')!.value }
}

/** In the page: scrolls a step a frame and notes when each frame comes and how long the one before kept the thread. */
export async function scroll(seconds: number): Promise<Omit<Scrolling, 'rows' | 'settled' | 'memory'>> {
  const table = document.querySelector('[role=grid]')!
  const [gaps, works]: [number[], number[]] = [[], []]
  const channel = new MessageChannel()
  const frame = () => new Promise<number>((resolve) => requestAnimationFrame(resolve))
  let before = await frame()
  const end = before + seconds * 1000
  for (let step = 0; before < end; step++) {
    const began = performance.now()
    // A message sent in a frame is answered after its style, layout and paint.
    channel.port1.onmessage = () => void works.push(performance.now() - began)
    channel.port2.postMessage(null)
    // A hand on the wheel, faster and slower; every two seconds the bar is dragged somewhere else.
    if (step % 120 === 119) table.scrollTop = (((step * 7919) % 1000) / 1000) * table.scrollHeight
    else table.scrollTop += 120 * (1 + (Math.floor(step / 30) % 10))
    const now = await frame()
    gaps.push(now - before)
    before = now
  }
  const at = (values: number[], share: number): number => values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(share * values.length))]!
  const total = gaps.reduce((sum, gap) => sum + gap, 0)
  return {
    median: at(gaps, 0.5), slow: at(gaps, 0.95), worst: Math.max(...gaps), framesPerSecond: (1000 * gaps.length) / total,
    late: gaps.filter((gap) => gap > 2000 / 60 + 1).length / gaps.length, work: { median: at(works, 0.5), slow: at(works, 0.95) },
  }
}
