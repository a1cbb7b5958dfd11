import { PACKAGES } from './peer.ts'
import type { Row } from './compare.ts'

const WORDS: Record<Row['outcome'], string> = {
  equal: 'equal',
  close: 'within a level',
  differs: '**differs**',
  refused: 'refused',
  'no image': 'no image',
  more: 'decoded, not by pydicom',
}

/** docs/dicom-files.md. */
export function page(rows: readonly Row[]): string {
  const count = (outcome: Row['outcome']) => rows.filter((row) => row.outcome === outcome).length
  const cells = rows.map(({ name, syntax, image, outcome, detail }) => `| \`${name}\` | ${syntax} | ${image} | ${[WORDS[outcome], detail].filter(Boolean).join(': ').replaceAll('|', '\\|')} |`)
  return `# What the reader makes of pydicom's test files

Written by \`npm run verify -- dicom\`, which decodes every file of the wheel with ${PACKAGES.join(', ')} and with this program, all frames, and compares the samples.

${count('equal')} files come out equal. ${count('close')} lossy ones lie within one level of 255 for at least 99.9 % of their samples (decoders may round the cosine transform differently).
${count('more')} are decoded that pydicom refuses, ${count('refused')} are refused by name, cut off or broken; pydicom decodes none of these. ${count('no image')} hold no image: reports, plans, directories, character sets.

| file | transfer syntax | image | outcome |
|--|--|--|--|
${cells.join('\n')}
`
}
