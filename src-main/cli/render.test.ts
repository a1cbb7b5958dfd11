import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import sharp from 'sharp'
import { networkInput } from '#main/dicom/index.ts'
import { fixture, golden8, maxDifference } from '#main/dicom/testing/fixtures.ts'
import { main } from './main.ts'

interface Said {
  width: number
  height: number
  frame: number
  display: { kind: string; source?: string; center?: number }
  error?: { code: string; file?: string }
}

/** Runs the command on a fixture. @returns what it said, and the grey values of the picture it wrote */
function renderer(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'xclassifier-render-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const png = join(folder, 'out.png')
  return {
    folder,
    async run(name: string, ...options: string[]): Promise<{ code: number; said: Said; pixels: Uint8Array }> {
      let out = ''
      const output = { stdout: (text: string) => void (out += text), stderr: () => {} }
      const code = await main(['--data', join(folder, 'data'), '--json', 'render', fixture(`${name}.dcm`), '--png', png, ...options], output, new AbortController().signal)
      const pixels = code ? new Uint8Array() : new Uint8Array(await sharp(png).toColourspace('b-w').raw().toBuffer())
      return { code, said: JSON.parse(out) as Said, pixels }
    },
  }
}

const CASES: [name: string, golden: string, options: string[]][] = [
  ['display-linear', 'file.dcmtk', ['--window', 'file']],
  ['display-linear', 'asked.dcmtk', ['--window', '900,700']],
  ['display-monochrome1', 'file.dcmtk', []],
  ['display-negative-slope', 'file.dcmtk', ['--window', 'file']],
  ['display-rescaled', 'file.dcmtk', []],
  ['display-sigmoid', 'file.dcmtk', ['--window', 'file']],
  ['display-signed-window', 'file.dcmtk', []],
  ['display-voi-lut', 'voilut.dcmtk', ['--window', 'voilut']],
  ['rle-frames', 'asked.dcmtk', ['--frame', '2', '--window', '1800,2200']],
  ['jpeg-lossless-70', 'asked.dcmtk', ['--window', '1800,2200']],
  ['display-linear', 'file.pydicom', ['--window', 'file']],
  ['display-linear-exact', 'file.pydicom', ['--window', 'file']],
  ['display-voi-lut', 'voilut.pydicom', ['--window', 'voilut']],
  ['display-voi-lut-signed', 'voilut.pydicom', ['--window', 'voilut']],
]

test('every window and LUT as dcmtk and pydicom show it, within a level', async (t) => {
  const { run } = renderer(t)
  for (const [name, golden, options] of CASES) {
    const { code, pixels } = await run(name, ...options)
    assert.equal(code, 0, `${name} ${golden}`)
    assert.ok(maxDifference(pixels, golden8(`${name}.${golden}`)) <= 1, `${name} ${golden}: ${maxDifference(pixels, golden8(`${name}.${golden}`))}`)
  }
})

test('equalised as OpenCV does it', async (t) => {
  const { run } = renderer(t)
  assert.deepEqual((await run('eight', '--equalise')).pixels, golden8('eight.equalised'))
  assert.ok(maxDifference((await run('display-linear', '--equalise')).pixels, golden8('display-linear.equalised')) <= 2)
})

test('with --size it is the network\'s input, byte for byte; without options the picture as first shown', async (t) => {
  const { run, folder } = renderer(t)
  for (const name of ['display-percentile', 'display-voi-lut', 'j2k-90', 'palette-16']) {
    const { pixels, said } = await run(name, '--size', '24')
    assert.deepEqual(pixels, await networkInput(fixture(`${name}.dcm`), 24), name)
    assert.deepEqual([said.width, said.height], [24, 24])
  }
  assert.deepEqual((await run('eight')).pixels, golden8('eight'))
  assert.equal((await run('display-linear', '--window', 'auto')).said.display.source, 'percentile')
  assert.deepEqual(readdirSync(folder).sort(), ['data', 'out.png'])
})

test('what the film lacks, and wrong calls, are told by code', async (t) => {
  const { run, folder } = renderer(t)
  const code = async (name: string, ...options: string[]) => (await run(name, ...options)).said.error
  assert.equal((await code('eight', '--window', 'file'))?.code, 'NO_WINDOW')
  assert.equal((await code('eight', '--window', 'voilut'))?.code, 'NO_VOI_LUT')
  assert.equal((await code('eight', '--window', '5,0'))?.code, 'BAD_WINDOW')
  assert.deepEqual(await code('eight', '--frame', '2').then((error) => [error?.code, error?.file]), ['NO_SUCH_FRAME', fixture('eight.dcm')])
  for (const window of ['narrow', '1', '1,2,3']) assert.equal((await code('eight', '--window', window))?.code, 'USAGE')
  assert.equal((await code('eight', '--png', join(folder, 'missing', 'out.png')))?.code, 'NOT_WRITABLE')
})
