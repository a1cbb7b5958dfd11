import { readFileSync } from 'node:fs'
import { LABELS } from '#shared/domain/labels.ts'
import type { Label, RawLabel } from '#shared/domain/labels.ts'
import type { Vocabulary } from '#shared/domain/sources.ts'
import { CodedError } from '#shared/errors.ts'
import { resource } from '../../app.ts'

/** A vocabulary of `resources/vocabularies`. @throws APP_BROKEN */
export function vocabularyOf(name: 'nih' | 'padchest'): Vocabulary {
  const file = resource('vocabularies', `${name}.json`)
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Vocabulary
  } catch (cause) {
    throw new CodedError('APP_BROKEN', 'A vocabulary of label words is missing or broken.', { file, cause, remedy: 'Install the app again.' })
  }
}

/** `Effusion|Mass`, or a list as Python prints it: `['normal', "x's"]`; null for a cell that holds no list at all. */
export function wordsOf(cell: string, separator: string): string[] | null {
  if (cell === '' || cell === 'nan') return null
  const words = cell.startsWith('[') ? [...cell.matchAll(/'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"/g)].map(([, single, double]) => single ?? double!) : cell.split(separator)
  return words.map((word) => word.trim()).filter(Boolean)
}

/** Turns words into labels, and counts those that have none. */
export class WordReader {
  readonly unmapped = new Map<string, number>()
  readonly #excludes: Set<string>
  readonly #absent: RawLabel[]
  readonly #labels = new Map<string, number[]>()

  constructor({ words, denies, excludes }: Vocabulary) {
    this.#excludes = new Set(excludes.map((word) => word.toLowerCase()))
    this.#absent = LABELS.map((label) => (denies.includes(label) ? 0 : null))
    for (const [word, labels] of Object.entries(words)) this.#labels.set(word.toLowerCase(), labels.map((label: Label) => LABELS.indexOf(label)))
  }

  /** @throws NO_LABELS, EXCLUDED */
  read(words: readonly string[] | null, row: number, film: string): RawLabel[] {
    if (!words?.length) throw new CodedError('NO_LABELS', `Row ${row} has no labels.`, { file: film, row })
    const labels = [...this.#absent]
    for (const word of words) {
      const key = word.toLowerCase()
      if (this.#excludes.has(key)) throw new CodedError('EXCLUDED', `Row ${row} is marked "${key}" by its readers.`, { file: film, row })
      const meant = this.#labels.get(key)
      for (const at of meant ?? []) labels[at] = 1
      if (!meant?.length) this.unmapped.set(key, (this.unmapped.get(key) ?? 0) + 1)
    }
    return labels
  }
}
