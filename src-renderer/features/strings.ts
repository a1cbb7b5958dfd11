import { defineStrings } from '../i18n/catalogue.ts'

/** What several pages say. */
export const strings = defineStrings('common', {
  name: 'Name',
  nameEmpty: 'A name is needed.',
  nameLong: (most: number) => `At most ${most} characters.`,
  rename: 'Rename',
  cancel: 'Cancel',
  widthOf: { thumbnails: 'Width of the thumbnails', findings: 'Width of the findings', preview: 'Width of the preview', list: 'Width of the list' },
  ratios: 'Shares in per cent',
  shares: { train: 'Training %', val: 'Validation %', test: 'Test %' },
})
