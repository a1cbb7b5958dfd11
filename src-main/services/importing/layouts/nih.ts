import { readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { SplitPart } from '#shared/domain/dataset.ts'
import { PARTS } from '#main/store/repositories/splits.ts'
import { textOf } from '../tables/text.ts'
import type { Table } from '../tables/csv.ts'
import { cellOf, filmName, has, wholeRow } from './layout.ts'
import type { LabelTable } from './layout.ts'
import { PackedIndex, hashKey } from './packedIndex.ts'
import { ageOf, partOfFile, sexOf, viewOf } from './values.ts'
import { WordReader, vocabularyOf, wordsOf } from './words.ts'

export const isNih = (table: Table): boolean => has(table, 'Image Index', 'Finding Labels')

/** NIH ChestX-ray14 (Wang et al., CVPR 2017): Data_Entry_2017.csv, and train_val_list.txt and test_list.txt beside it. */
export async function nih(table: Table): Promise<LabelTable> {
  const parts = await officialParts(dirname(table.path))
  const vocabulary = vocabularyOf('nih')
  const words = new WordReader(vocabulary)
  const [image, findings, follow, patient] = [cellOf(table, 'Image Index'), cellOf(table, 'Finding Labels'), cellOf(table, 'Follow-up #'), cellOf(table, 'Patient ID')]
  const [age, sex, view] = [cellOf(table, 'Patient Age'), cellOf(table, 'Patient Gender', 'Patient Sex'), cellOf(table, 'View Position')]
  return {
    table,
    format: 'nih',
    scattered: true,
    vocabulary,
    unmapped: words.unmapped,
    read(record) {
      const { row } = record
      const cells = wholeRow(table, record)
      const path = filmName(table, row, image(cells))
      const person = patient(cells) || path.split('_')[0]!
      return {
        row,
        path,
        sex: sexOf(sex(cells)),
        age: ageOf(age(cells)),
        view: viewOf(view(cells)),
        part: parts.get(path),
        labels: words.read(wordsOf(findings(cells), '|'), row, path),
        patient: person,
        study: `${person}/follow-up ${follow(cells)}`,
      }
    },
  }
}

/** The lists name a film a line. */
async function officialParts(folder: string): Promise<{ get(film: string): SplitPart | null }> {
  const index = new PackedIndex(2)
  for (const name of await readdir(folder)) {
    const part = /_list(_nih)?\.txt$/i.test(name) ? partOfFile(name) : null
    if (!part) continue
    let rest = ''
    for await (const text of textOf(join(folder, name))) {
      const lines = (rest + text).split('\n')
      rest = lines.pop()!
      for (const line of lines) index.add(hashKey(line.trim()), PARTS.indexOf(part))
    }
    if (rest.trim()) index.add(hashKey(rest.trim()), PARTS.indexOf(part))
  }
  index.seal()
  return { get: (film) => PARTS[index.get(hashKey(film)) ?? -1] ?? null }
}
