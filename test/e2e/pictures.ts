import { mkdir, readdir, rm, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Page } from 'playwright-core'
import sharp from 'sharp'
import { strings as datasets } from '../../src-renderer/features/datasets/strings.ts'
import { strings as evaluations } from '../../src-renderer/features/models/evaluation/strings.ts'
import { openApp } from './host.ts'
import type { App } from './host.ts'
import { runIn, samples, until } from './library.ts'

/** `node test/e2e/pictures.ts [--library DIR]`: every page after a real run on the samples, in two themes and widths, into docs/images. */

const IMAGES = join(import.meta.dirname, '../../docs/images')
const MAX_BYTES = 6e6
const SIZES = [
  { width: 1440, height: 900 },
  { width: 1024, height: 700 },
]
const THEMES = ['dark', 'light'] as const
const LABEL = 'Pleural Effusion'

interface Place {
  name: string
  path: string
  /** Brings the page into the state to show. */
  prepare(page: Page): Promise<void>
}

/** A library as it looks after an afternoon: a finished run, its model, predicted studies, a report. */
async function fill(app: App): Promise<{ study: string; run: string; model: string; dataset: string; evaluation: string }> {
  const { rpc } = app
  const rows = await samples(app)
  const [dataset] = await rpc.call('datasets.list', {})
  const run = (await rpc.call('runs.list', {})).find(({ state }) => state === 'finished') ?? (await train(app, dataset!.id))
  const model = run.model!
  for (const { id, status } of rows) if (status === 'new') await rpc.call('predictions.study', { study: id, model })
  const study = rows.find(({ patientId }) => patientId === 'SAMPLE-001')!.id
  const { imagesOf } = await rpc.call('studies.get', { study })
  await rpc.call('reports.save', {
    study,
    findings: [
      { label: LABEL, decision: 'accepted', note: 'Left costophrenic angle blunted' },
      { label: 'Pneumothorax', decision: 'rejected', note: '' },
    ],
    text: 'Portable frontal view. The left costophrenic angle is blunted. No pneumothorax.',
    impression: 'Small effusion on the left.',
    keyImages: [{ image: imagesOf[0]!.id, label: LABEL }],
  })
  await rpc.call('evaluations.start', { model, dataset: dataset!.id, part: 'val' })
  const evaluation = await until('the evaluation', async () => (await rpc.call('evaluations.list', { model }))[0]?.id)
  return { study, run: run.id, model, dataset: dataset!.id, evaluation }
}

async function train(app: App, dataset: string) {
  const started = await app.rpc.call('runs.start', { dataset, name: 'Sample films, ResNet-18', model: 'resnet18', init: 'random', epochs: 6, size: 96, batch: 8, workers: 2, seed: 7 })
  console.log(`training ${started.name}`)
  return runIn(app, started.id, 'finished')
}

function places({ study, run, model, dataset, evaluation }: Awaited<ReturnType<typeof fill>>): Place[] {
  const chosen = async (page: Page): Promise<void> => {
    const score = page.locator(`[data-label="${LABEL}"]`)
    await score.waitFor()
    if ((await score.getAttribute('aria-pressed')) === 'false') await score.click()
    await page.getByTestId('heat-map').waitFor()
  }
  return [
    { name: 'studies', path: 'studies', prepare: (page) => page.getByRole('row', { name: /SAMPLE, ONE/ }).first().click() },
    { name: 'viewer', path: `viewer/${study}`, prepare: chosen },
    { name: 'datasets', path: `datasets/${dataset}`, prepare: (page) => page.getByRole('tab', { name: datasets.tabs.images }).click() },
    { name: 'cooccurrence', path: `datasets/${dataset}`, prepare: (page) => page.getByRole('tab', { name: datasets.tabs.cooccurrence }).click() },
    { name: 'training', path: `training/${run}`, prepare: (page) => page.getByText(/6 of 6/).first().waitFor() },
    { name: 'newrun', path: 'training/new', prepare: async () => {} },
    { name: 'models', path: `models/${model}`, prepare: async () => {} },
    { name: 'evaluation', path: `models/${model}/evaluation?evaluation=${evaluation}`, prepare: (page) => page.getByRole('region', { name: evaluations.figures }).waitFor() },
    { name: 'reports', path: `reports/${study}`, prepare: (page) => page.locator('.paper .map').waitFor() },
    { name: 'settings', path: 'settings', prepare: async () => {} },
  ]
}

/** Whose machine it was is nobody's business. */
function nameHome(home: string): void {
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (texts.nextNode()) texts.currentNode.nodeValue = texts.currentNode.nodeValue!.replace(home, '~')
}

async function shoot(page: Page, { name, path, prepare }: Place, origin: string, suffix: string): Promise<void> {
  await page.goto(`${origin}/#/${path}`)
  await prepare(page)
  await page.mouse.move(0, 0)
  await page.waitForFunction(() => [...document.images].every((image) => image.complete || image.getBoundingClientRect().top > innerHeight))
  // A chart draws in the frame after its size is known, and messages leave the screen.
  await page.waitForTimeout(600)
  await page.evaluate(nameHome, homedir())
  const png = await page.screenshot()
  await sharp(png).png({ palette: true, colours: 128, dither: 0.5, effort: 10, compressionLevel: 9 }).toFile(join(IMAGES, `${name}-${suffix}.png`))
}

async function main(): Promise<void> {
  const { library } = parseArgs({ options: { library: { type: 'string' } } }).values
  await using app = await openApp(library ? { library } : {})
  const { page, rpc, url, complaints } = app
  const all = places(await fill(app))
  await rm(IMAGES, { recursive: true, force: true })
  await mkdir(IMAGES, { recursive: true })
  for (const theme of THEMES) {
    await rpc.call('settings.set', { theme })
    for (const size of SIZES) {
      await page.setViewportSize(size)
      // From the start: panels keep the width that they had.
      await page.goto(url)
      for (const place of all) await shoot(page, place, new URL(url).origin, `${theme}-${size.width}`)
    }
  }
  const sizes = await Promise.all((await readdir(IMAGES)).map(async (name) => (await stat(join(IMAGES, name))).size))
  const bytes = sizes.reduce((a, b) => a + b, 0)
  console.log(`${sizes.length} pictures, ${(bytes / 1e6).toFixed(2)} MB`)
  if (complaints.length) throw new Error(`the page complained: ${complaints.join('\n')}`)
  if (bytes > MAX_BYTES) throw new Error(`more than ${MAX_BYTES / 1e6} MB`)
}

await main()
