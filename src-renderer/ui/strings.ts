import { defineStrings } from '../i18n/catalogue.ts'

export const strings = defineStrings('ui', {
  cancel: 'Cancel',
  close: 'Close',
  dismiss: 'Dismiss',
  tryAgain: 'Try again',
  copyDetails: 'Copy details',
  copied: 'Copied',
  inRow: (row: number) => `, row ${row}`,
})
