import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openApp } from './host.ts'
import { samples } from './library.ts'

interface Difference {
  size: [number, number]
  largest: number
}

// dwv on one side, our own decoders and windows on the other: two readers of every sample (MONOCHROME1 and 2; uncompressed, RLE, JPEG lossless and baseline).
test('the viewer shows every sample as the backend renders it', { timeout: 180_000 }, async (t) => {
  await using app = await openApp()
  for (const study of await samples(app)) {
    const detail = await app.rpc.call('studies.get', { study: study.id })
    const image = detail.imagesOf[0]!
    await t.test(image.fileName, async () => {
      await app.page.goto(new URL(`/#/viewer/${study.id}`, app.url).href)
      await app.page.locator(`[data-film="${image.id}"]`).waitFor()
      const { size, largest } = await app.page.evaluate(async (id): Promise<Difference> => {
        // One frame later the window that the page set is drawn.
        await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))
        const canvas = document.querySelector<HTMLCanvasElement>('.stage .film canvas')!
        const picture = new Image()
        picture.src = `/media/display/${id}.png`
        await picture.decode()
        const other = new OffscreenCanvas(picture.width, picture.height).getContext('2d')!
        other.drawImage(picture, 0, 0)
        const backend = other.getImageData(0, 0, picture.width, picture.height).data
        const shown = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height).data
        let largest = canvas.width === picture.width && canvas.height === picture.height ? 0 : 255
        for (let i = 0; i < backend.length; i += 4) largest = Math.max(largest, Math.abs(backend[i]! - shown[i]!))
        return { size: [canvas.width, canvas.height], largest }
      }, image.id)
      assert.deepEqual(size, [image.columns, image.rows])
      // Two JPEG decoders may round one grey apart.
      assert.ok(largest <= (image.lossy ? 2 : 0), `${largest} greys apart`)
    })
  }
  assert.deepEqual(app.complaints, [])
})
