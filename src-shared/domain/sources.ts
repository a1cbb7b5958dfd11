import type { Label } from './labels.ts'

/** Label sets that are known by the columns of their files; `mapped` is any other table, by a mapping of its columns. */
export const SET_FORMATS = ['chexpert', 'mimic-cxr', 'nih', 'padchest', 'mapped'] as const
export type SetFormat = (typeof SET_FORMATS)[number]

/** What the words of a source say in our labels. `resources/vocabularies` holds those of the public sets. */
export interface Vocabulary {
  name: string
  /** Where the words come from. */
  source: string
  /** Labels that a row denies by not naming them; the others are then not mentioned. */
  denies: readonly Label[]
  /** Words that take a row out of the set. */
  excludes: readonly string[]
  /** No label: the word has no counterpart among ours. */
  words: Record<string, readonly Label[]>
}

/** Which columns of a table say what, by their names. */
export interface Mapping {
  /** Names the film's file, with or without folders and extension. */
  file: string
  /** Folder that goes before the file's name. */
  folder?: string | undefined
  patient?: string | undefined
  study?: string | undefined
  view?: string | undefined
  sex?: string | undefined
  age?: string | undefined
  /** Official part: train, val or test in its usual spellings. */
  split?: string | undefined
  labels: ColumnLabels | ListLabels
}

/** A column a label: 1, 0, -1 or blank (also yes, no, true, false). */
export interface ColumnLabels {
  kind: 'columns'
  columns: Partial<Record<Label, string>>
}

/** One column that lists words, such as `Effusion|Mass` or `['normal']`. */
export interface ListLabels {
  kind: 'list'
  column: string
  separator: string
  words: Record<string, Label[]>
  /** Whether a label that some word stands for is denied by rows without such a word. */
  denies: boolean
}

/** What a table would bring, told before it is imported. */
export interface SourceTable {
  path: string
  /** Null: not known, and never mapped before. */
  format: SetFormat | null
  columns: string[]
  /** Cells of the first rows. */
  sample: string[][]
  /** Of a known set whose words are not ours. */
  vocabulary: Vocabulary | null
  /** The one that was used for this header before, else a guess; null for known sets and for tables without a likely column of files. */
  mapping: Mapping | null
  remembered: boolean
}

/** The first rows of a table read through a mapping. */
export interface MappingPreview {
  /** Rows that were read. */
  rows: number
  usable: number
  /** Of the first usable rows: how many films are where the table says; the others, up to five. */
  films: { looked: number; found: number; missing: string[] }
  problems: { row: number; code: string; message: string }[]
  /** Rows that say yes, no, uncertain. */
  labels: { label: Label; positive: number; negative: number; uncertain: number }[]
  /** Of a list: every word with its rows, most frequent first. */
  words: { word: string; rows: number }[]
  first: { row: number; path: string; patient: string; study: string; view: string; sex: string; age: number | null; part: string | null; positive: Label[] }[]
}
