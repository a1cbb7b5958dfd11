/** How the viewer feels with films of 2500 x 2048 pixels of 16 bits in Chromium without a GPU: first picture, drags of the window, opacity of a heat map, memory. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeFilm } from '#main/dicom/index.ts'
import { openApp } from '../../e2e/host.ts'
import type { App } from '../../e2e/host.ts'
import { importModel, importNow, studies } from '../../e2e/library.ts'

const [ROWS, COLUMNS] = [2500, 2048]
const STUDIES = 10
const DRAG_MS = 3000

type Notes = Record<string, number>

/** @param opened studies one after the other for the memory; the films are imported before */
export async function viewing(opened = 100): Promise<Notes> {
  await using app = await openApp()
  const films = await library(app)
  await importModel(app)
  const first: number[] = []
  const memory: number[] = []
  for (let i = 0; i < opened; i++) {
    first.push(await open(app, films[i % STUDIES]!))
    if (i % STUDIES === STUDIES - 1) memory.push(await residentMiB(app))
  }
  const [study] = films
  await app.rpc.call('predictions.study', { study: study!.study, anyway: true })
  await open(app, films[1]!)
  await open(app, study!)
  const frames = await dragging(app)
  await app.page.locator('[data-label="Edema"]').click()
  await app.page.getByTestId('heat-map').waitFor()
  return {
    'viewer.firstPicture.medianMs': median(first), 'viewer.firstPicture.worstMs': Math.max(...first), 'viewer.drag.framesPerSecond': frames, 'viewer.opacity.medianMs': median(await opacities(app)),
    'viewer.memory.afterTenMiB': memory[0]!, 'viewer.memory.atEndMiB': memory.at(-1)!, 'viewer.memory.mostMiB': Math.max(...memory), 'viewer.opened': opened,
  }
}

interface Opened {
  study: string
  image: string
}

async function library(app: App): Promise<Opened[]> {
  const folder = join(app.folder, 'films')
  mkdirSync(folder)
  for (let n = 0; n < STUDIES; n++) {
    const pixels = Uint16Array.from({ length: ROWS * COLUMNS }, (_, i) => 8000 + ((i % COLUMNS) * 3 + Math.floor(i / COLUMNS) * (n + 2)) % 9000 + ((i * 2654435761) >>> 26))
    const ids = { studyInstanceUid: `2.25.77${n}`, seriesInstanceUid: `2.25.77${n}.1`, sopInstanceUid: `2.25.77${n}.2` }
    writeFileSync(join(folder, `${n}.dcm`), writeFilm({ object: 'DX', ...ids, patientId: `B-${n}`, patientName: `BENCH^${n}`, pixels, rows: ROWS, columns: COLUMNS, bitsStored: 16, windows: [{ center: 12500, width: 9000, explanation: null }] }))
  }
  await importNow(app, Array.from({ length: STUDIES }, (_, n) => join(folder, `${n}.dcm`)))
  return (await studies(app)).filter(({ patientId }) => patientId.startsWith('B-')).map(({ id, coverImage }) => ({ study: id, image: coverImage! }))
}

/** Milliseconds from asking for a study to the screen's frame after its film is drawn. */
function open(app: App, { study, image }: Opened): Promise<number> {
  return app.page.evaluate(
    async ({ address, film }) => {
      const began = performance.now()
      location.hash = address
      const frame = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(resolve))
      for (;;) {
        await frame()
        const canvas = document.querySelector<HTMLCanvasElement>(`[data-film="${film}"] canvas.full`)
        if (canvas?.width && canvas.getContext('2d')!.getImageData(9, 9, 1, 1).data[3] === 255) break
      }
      await frame()
      return performance.now() - began
    },
    { address: `#/viewer/${study}`, film: image },
  )
}

/** Frames a second that showed another window while the pointer moved all the time. */
async function dragging({ page }: App): Promise<number> {
  const box = (await page.locator('[data-film]').boundingBox())!
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
  await page.mouse.move(x, y)
  await page.mouse.down()
  const counted = page.evaluate(async (milliseconds) => {
    const text = [...document.querySelectorAll('.corners span')].find((span) => /^W \d/.test(span.textContent))!
    let [frames, last] = [0, text.textContent]
    const began = performance.now()
    while (performance.now() - began < milliseconds) {
      await new Promise(requestAnimationFrame)
      if (text.textContent !== last) frames++
      last = text.textContent
    }
    return (1000 * frames) / (performance.now() - began)
  }, DRAG_MS)
  let over = false
  void counted.then(() => (over = true))
  for (let i = 1; !over; i++) await page.mouse.move(x + 100 * Math.sin(i / 20), y + 80 * Math.cos(i / 17))
  await page.mouse.up()
  return counted
}

/** From a key on the slider to the frame that shows it. */
function opacities({ page }: App): Promise<number[]> {
  return page.evaluate(async () => {
    const thumb = [...document.querySelectorAll<HTMLElement>('[role=slider]')].find((one) => one.getAttribute('aria-label') === 'Opacity')!
    const canvas = document.querySelector<HTMLCanvasElement>('[data-testid="heat-map"]')!
    const look = (): string => `${getComputedStyle(canvas).opacity} ${canvas.getContext('2d')!.getImageData(canvas.width / 2, canvas.height / 2, 1, 1).data.join()}`
    const times: number[] = []
    for (let i = 0; i < 20; i++) {
      await new Promise(requestAnimationFrame)
      const before = [thumb.getAttribute('aria-valuetext'), look()].join()
      const began = performance.now()
      thumb.dispatchEvent(new KeyboardEvent('keydown', { key: i % 10 < 5 ? 'ArrowLeft' : 'ArrowRight', bubbles: true, cancelable: true }))
      while ([thumb.getAttribute('aria-valuetext'), look()].join() === before && performance.now() - began < 1000) await new Promise(requestAnimationFrame)
      times.push(performance.now() - began)
    }
    return times
  })
}

/** Of the page's process, after a collection. */
async function residentMiB({ page }: App): Promise<number> {
  const session = await page.context().newCDPSession(page)
  await session.send('HeapProfiler.collectGarbage')
  await session.detach()
  const browser = await page.context().browser()!.newBrowserCDPSession()
  const { processInfo } = (await browser.send('SystemInfo.getProcessInfo')) as { processInfo: { type: string; id: number }[] }
  await browser.detach()
  const pages = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${id}/status`, 'latin1'))?.[1] ?? 0))
  return Math.max(...pages) / 1024
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)]!
}
