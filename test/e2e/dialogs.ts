import { writeFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Locator } from 'playwright-core'
import { strings as words } from '../../src-renderer/app/strings.ts'
import { strings as datasets } from '../../src-renderer/features/datasets/strings.ts'
import { strings as experiments } from '../../src-renderer/features/experiments/strings.ts'
import { strings as imported } from '../../src-renderer/features/models/importStrings.ts'
import { strings as network } from '../../src-renderer/features/network/strings.ts'
import { strings as reports } from '../../src-renderer/features/reports/strings.ts'
import { strings as studies } from '../../src-renderer/features/studies/strings.ts'
import { strings as form } from '../../src-renderer/features/training/form/strings.ts'
import type { App } from './host.ts'
import { importModel, importNow, samples } from './library.ts'

/** How one comes to a dialog. */
export interface Way {
  /** The component of src-renderer that it is. */
  component: string
  path: string
  /** Brings the focus to what opens it; Enter there does. */
  opener?(app: App): Promise<Locator>
  /** Where a key opens it, or something that is gone with it (a menu, a drop). */
  open?(app: App): Promise<unknown>
}

const button = async ({ page }: App, name: string | RegExp): Promise<Locator> => page.getByRole('button', { name }).first()
const entry = (menu: string, item: string) => async ({ page }: App): Promise<void> => {
  await page.getByRole('button', { name: menu }).first().press('Enter')
  await page.getByRole('menuitem', { name: new RegExp(`^${item}`) }).press('Enter')
}
const ofStudy = (item: string) => async ({ page }: App): Promise<void> => {
  await page.getByRole('row', { name: /SAMPLE/ }).first().click()
  await page.keyboard.press('Shift+F10')
  await page.getByRole('menuitem', { name: new RegExp(`^${item}`) }).press('Enter')
}
const keys = (combination: string) => ({ page }: App): Promise<void> => page.keyboard.press(combination)

/** Drops a path of this machine on the page, as a file manager does. */
export async function drop({ page }: App, path: string): Promise<void> {
  const session = await page.context().newCDPSession(page)
  const data = { items: [], files: [path], dragOperationsMask: 1 }
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) await session.send('Input.dispatchDragEvent', { type, x: 600, y: 450, data })
  await session.detach()
}

async function unknownTable(app: App): Promise<void> {
  await app.page.getByRole('tab').first().waitFor()
  const folder = join(app.folder, 'clinic')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'befunde.csv'), 'image,subject,fold,findings\none.png,7,train,Effusion|Infiltrat\ntwo.png,8,test,Pneumothorax\n')
  await drop(app, folder)
}

/** Every dialog of the program, over a library that `prepare` filled. */
export const ways = (study: string): Way[] => [
  { component: 'app/CommandPalette', path: 'studies', open: keys('Control+k') },
  { component: 'app/HelpSheet', path: 'studies', opener: (app) => button(app, words.help) },
  {
    component: 'app/SkippedDialog',
    path: 'models',
    async opener(app) {
      if (!(await app.page.getByRole('heading', { name: words.jobs }).isVisible())) await app.page.keyboard.press('Control+j')
      return button(app, words.skipped(1))
    },
  },
  { component: 'features/network/FindDialog', path: 'studies', opener: (app) => button(app, network.find) },
  { component: 'features/network/SendDialog', path: 'studies', open: ofStudy(network.send) },
  { component: 'features/network/DeidentifyDialog', path: 'studies', open: ofStudy(network.deidentify) },
  { component: 'features/network/ExportDialog', path: 'studies', open: ofStudy(network.export) },
  { component: 'features/network/NodeDialog', path: 'settings', opener: (app) => button(app, network.addNode) },
  { component: 'importing/FolderBrowser', path: 'studies', opener: (app) => button(app, studies.openFolder) },
  { component: 'importing/sources/SourcesDialog', path: 'datasets', open: unknownTable },
  { component: 'features/RenameDialog', path: 'datasets', open: entry(datasets.more, datasets.rename) },
  { component: 'ui/UiConfirmDialog', path: 'datasets', open: entry(datasets.more, datasets.remove) },
  { component: 'features/training/form/RateFinder', path: 'training/new', opener: (app) => button(app, form.find) },
  { component: 'features/experiments/NewExperiment', path: 'training/tables', opener: (app) => button(app, experiments.add) },
  { component: 'features/models/ImportModelDialog', path: 'models', opener: (app) => button(app, imported.import) },
  {
    component: 'features/viewer/WindowMenu',
    path: `viewer/${study}`,
    async open({ page }) {
      await page.getByText(/^W \d/).waitFor()
      await page.keyboard.press('Shift+W')
    },
  },
  { component: 'features/reports/SignDialog', path: `reports/${study}`, opener: (app) => button(app, new RegExp(`^${reports.sign}`)) },
]

/** Studies, a model, a report that can be signed, and a job that left something out. Answers the study. */
export async function prepare(app: App): Promise<string> {
  const [study] = await samples(app)
  const { id: model } = await importModel(app)
  await app.rpc.call('predictions.study', { study: study!.id, model })
  await app.rpc.call('reports.save', { study: study!.id, findings: [], text: 'Seen.', impression: 'Meant.', keyImages: [] })
  const words = join(app.folder, 'words.dcm')
  writeFileSync(words, 'These are only words.\n')
  await importNow(app, [words])
  return study!.id
}

/** Opens one; answers it, and what had the focus before, where that is still there. */
export async function openDialog(app: App, way: Way): Promise<{ dialog: Locator; opener: Locator | null }> {
  const { page, url } = app
  await page.goto(`${new URL(url).origin}/#/${way.path}`)
  await page.waitForLoadState('networkidle')
  const opener = (await way.opener?.(app)) ?? null
  await opener?.press('Enter')
  await way.open?.(app)
  const dialog = page.getByRole('dialog').or(page.getByRole('alertdialog'))
  await dialog.waitFor()
  return { dialog, opener }
}
