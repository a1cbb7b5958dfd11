import assert from 'node:assert/strict'
import { test } from 'node:test'
import sharp from 'sharp'
import { withText } from './pngText.ts'

test('a PNG with texts is one that another reader takes, with the same pixels and the texts', async () => {
  const raw = Buffer.from([0, 50, 100, 150, 200, 250])
  const png = await sharp(raw, { raw: { width: 3, height: 2, channels: 1 } }).toColourspace('b-w').png().toBuffer()
  const marked = withText(png, { Title: 'Film', Comment: 'Not for diagnostic use – ü' })
  const { comments } = await sharp(marked).metadata()
  assert.deepEqual(comments?.map(({ text }) => text), ['Film', 'Not for diagnostic use – ü'])
  assert.deepEqual(await sharp(marked, { failOn: 'warning' }).toColourspace('b-w').raw().toBuffer(), raw)
})
