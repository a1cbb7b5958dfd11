import { defineStrings } from '../../../i18n/catalogue.ts'

export const strings = defineStrings('trainingComparison', {
  title: (runs: number) => `${runs} runs compared`,
  most: (runs: number) => `The first ${runs} of those chosen: more lines nobody can follow.`,
  close: 'End comparison',
  validationLoss: 'Validation loss',
  trainingLoss: 'Training loss',
  table: 'Results and settings that differ',
  what: 'What is compared',
  differing: 'Settings that differ',
  same: 'All settings are the same.',
  open: (name: string) => `Show "${name}" alone`,
})
