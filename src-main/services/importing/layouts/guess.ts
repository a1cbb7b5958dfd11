import { LABELS } from '#shared/domain/labels.ts'
import type { Label } from '#shared/domain/labels.ts'
import type { Mapping } from '#shared/domain/sources.ts'
import type { Table } from '../tables/csv.ts'
import { labelOf } from './values.ts'
import { vocabularyOf, wordsOf } from './words.ts'

const NAMES: Record<Exclude<keyof Mapping, 'labels' | 'file'>, RegExp> = {
  folder: /^(image_?dir|folder|dir(ectory)?)$/i,
  patient: /^(patient|subject)([ _]?(id|name|number))?$/i,
  study: /^(study|exam|accession|visit|report)([ _]?(id|uid|number))?$/i,
  view: /^(view|projection|position)([ _]?(position|name))?$|^viewposition$/i,
  sex: /sex|gender/i,
  age: /(^|[ _])age($|[ _])|^patientage|^years$/i,
  split: /^(split|fold|subset|partition|set)$/i,
}
const FILE = /^(path|file([ _]?(name|path))?|image([ _]?(id|index|path|name|file))?|dicom[ _]?id|film)$/i
const FILM = /\.(dcm|dicom|png|jpe?g|tiff?)$/i
const LIST = /^(finding|label|class|diagnos|patholog|observation|tag)/i
const SEPARATORS = ['|', ';', ',']

/** What the columns of an unknown table seem to hold; null when none seems to name films. The user has the last word. */
export function guessMapping({ header }: Table, sample: readonly (readonly string[])[]): Mapping | null {
  const holds = (at: number, what: RegExp): boolean => sample.length > 0 && sample.every((cells) => what.test(cells[at] ?? ''))
  const file = header.find((_, at) => holds(at, FILM)) ?? header.find((name) => FILE.test(name))
  if (file === undefined) return null
  const others = Object.entries(NAMES).flatMap(([what, name]) => {
    const found = header.find((title) => name.test(title))
    return found === undefined ? [] : [[what, found] as const]
  })
  return { file, ...Object.fromEntries(others), labels: guessLabels(header, sample) }
}

function guessLabels(header: readonly string[], sample: readonly (readonly string[])[]): Mapping['labels'] {
  const columns: Partial<Record<Label, string>> = {}
  for (const label of LABELS) {
    const name = header.find((title) => title.toLowerCase() === label.toLowerCase()) ?? header.find((title) => labelOf(title) === label)
    if (name !== undefined) columns[label] = name
  }
  const list = header.findIndex((name) => LIST.test(name))
  if (Object.keys(columns).length || list < 0) return { kind: 'columns', columns }
  const cells = sample.map((row) => row[list] ?? '')
  const separator = SEPARATORS.find((sign) => cells.some((cell) => cell.includes(sign))) ?? '|'
  return { kind: 'list', column: header[list]!, separator, words: guessWords(cells.flatMap((cell) => wordsOf(cell, separator) ?? [])), denies: true }
}

/** What words mean in the public sets, else by their likeness to our labels. */
export function guessWords(words: readonly string[]): Record<string, Label[]> {
  const known = new Map([...Object.entries(vocabularyOf('padchest').words), ...Object.entries(vocabularyOf('nih').words)].map(([word, labels]) => [word.toLowerCase(), labels] as const))
  const meant = (word: string): Label[] => [...(known.get(word.toLowerCase()) ?? [labelOf(word)].filter((label) => label !== undefined))]
  return Object.fromEntries([...new Set(words)].map((word) => [word, meant(word)]))
}
