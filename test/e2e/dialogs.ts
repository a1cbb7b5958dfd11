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
  /** What has the focus before, and gets it back. */
  opener?(app: App): Promise<Locator>
  /** The key that is pressed there; Enter, if left out. */
  by?: string
  /** What is still to be done then: a key, an entry of a menu, a drop. */
  open?(app: App): Promise<unknown>
}

const button = async ({ page }: App, name: string | RegExp): Promise<Locator> => page.getByRole('button', { name }).first()
const item = ({ page }: App, name: string): Promise<void> => page.getByRole('menuitem', { name: new RegExp(`^${name}`) }).press('Enter')
const ofMenu = (menu: string, name: string): Pick<Way, 'opener' | 'open'> => ({ opener: (app) => button(app, menu), open: (app) => item(app, name) })
/** From the menu of a chosen row: its table had the focus. */
const ofStudy = (name: string): Pick<Way, 'opener' | 'by' | 'open'> => ({
  async opener({ page }) {
    await page.getByRole('row', { name: /SAMPLE/ }).first().click()
    return page.getByRole('grid').first()
  },
  by: 'Shift+F10',
  open: (app) => item(app, name),
})
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
  { component: 'features/network/SendDialog', path: 'studies', ...ofStudy(network.send) },
  { component: 'features/network/DeidentifyDialog', path: 'studies', ...ofStudy(network.deidentify) },
  { component: 'features/network/ExportDialog', path: 'studies', ...ofStudy(network.export) },
  { component: 'features/network/NodeDialog', path: 'settings', opener: (app) => button(app, network.addNode) },
  { component: 'importing/FolderBrowser', path: 'studies', opener: (app) => button(app, studies.openFolder) },
  { component: 'importing/sources/SourcesDialog', path: 'datasets', open: unknownTable },
  { component: 'features/RenameDialog', path: 'datasets', ...ofMenu(datasets.more, datasets.rename) },
  { component: 'ui/UiConfirmDialog', path: 'datasets', ...ofMenu(datasets.more, datasets.remove) },
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

/** Opens one; answers it, and what had the focus before, where that is something. */
export async function openDialog(app: App, way: Way): Promise<{ dialog: Locator; opener: Locator | null }> {
  const { page, url } = app
  await page.goto(`${new URL(url).origin}/#/${way.path}`)
  await page.waitForLoadState('networkidle')
  const opener = (await way.opener?.(app)) ?? null
  await opener?.press(way.by ?? 'Enter')
  await way.open?.(app)
  const dialog = page.getByRole('dialog').or(page.getByRole('alertdialog'))
  await dialog.waitFor()
  return { dialog, opener }
}
