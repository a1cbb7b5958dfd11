import { defineStrings, plural } from '../i18n/catalogue.ts'

export const strings = defineStrings('importing', {
  files: 'Open files',
  folder: 'Open folder',
  model: 'Choose a weights file',
  path: 'Folder',
  up: 'Parent folder',
  openThis: 'Open this folder',
  openChosen: (n: number) => (n ? `Open ${plural(n, 'item')}` : 'Open'),
  cancel: 'Cancel',
  emptyFolder: 'Nothing to see in this folder',
  filesHint: 'DICOM, JPEG and PNG films, or the CSV of a data set. Opening is by content: names do not matter.',
  folderHint: 'A folder with a CheXpert CSV becomes a data set, any other folder studies. Originals are never changed.',
  drop: 'Drop films, folders or a data set anywhere on this page',
  uploading: (done: number, total: number) => `Receiving ${done.toLocaleString('en')} of ${plural(total, 'file')}`,
  nothingDropped: 'Nothing in what was dropped can be opened.',
  started: 'Import started',
  finished: (what: string) => `Import finished: ${what}`,
  failed: 'The import failed',
  nothingNew: 'nothing new',
  skipped: (n: number) => `${plural(n, 'file')} skipped`,
  show: 'What was skipped',
})
