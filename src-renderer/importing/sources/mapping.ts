import { LABELS, type Label } from '../../../src-shared/domain/labels.ts'
import type { ListLabels, Mapping, SourceTable } from '../../../src-shared/domain/sources.ts'

/** Columns that a mapping may name besides the labels, in the order of the form. */
export const FIELDS = ['file', 'folder', 'patient', 'study', 'view', 'sex', 'age', 'split'] as const
export type Field = (typeof FIELDS)[number]

/** A mapping being made: no column is an empty name, and both ways to name labels are kept while the user looks at one. */
export interface Draft {
  fields: Record<Field, string>
  kind: Mapping['labels']['kind']
  columns: Record<Label, string>
  list: Omit<ListLabels, 'kind'>
}

const SEPARATOR = '|'

export function draftOf({ mapping }: Pick<SourceTable, 'mapping'>): Draft {
  const labels = mapping?.labels ?? { kind: 'columns' as const, columns: {} }
  const columns = labels.kind === 'columns' ? labels.columns : {}
  const list = labels.kind === 'list' ? labels : { column: '', separator: SEPARATOR, words: {}, denies: true }
  return {
    fields: Object.fromEntries(FIELDS.map((field) => [field, mapping?.[field] ?? ''])) as Record<Field, string>,
    kind: labels.kind,
    columns: Object.fromEntries(LABELS.map((label) => [label, columns[label] ?? ''])) as Record<Label, string>,
    list: { column: list.column, separator: list.separator, words: { ...list.words }, denies: list.denies },
  }
}

/** Null while the column of the films, or that of the words, is not chosen. */
export function mappingOf({ fields, kind, columns, list }: Draft): Mapping | null {
  if (!fields.file || (kind === 'list' && (!list.column || !list.separator))) return null
  const named = Object.fromEntries(Object.entries(fields).filter(([, column]) => column)) as Pick<Mapping, Field>
  const labels = kind === 'list' ? { kind, ...list } : { kind, columns: Object.fromEntries(Object.entries(columns).filter(([, column]) => column)) as Partial<Record<Label, string>> }
  return { ...named, labels }
}

/** Whether it gives any film a label. */
export const labels = (mapping: Mapping | null): boolean =>
  mapping !== null && (mapping.labels.kind === 'columns' ? Object.keys(mapping.labels.columns).length > 0 : Object.values(mapping.labels.words).flat().length > 0)

/**
 * The table that the user must explain, or may want to see explained: an unknown one that was chosen itself, or that is all there is of a data set or
 * names films, and one whose words are not ours. `optional`: the films beside it were what was chosen, and can come without it. Null where nothing needs a word.
 */
export function tableToExplain(tables: readonly SourceTable[], paths: readonly string[], as: 'auto' | 'studies' | 'dataset'): { table: SourceTable; optional: boolean } | null {
  const chosen = (table: SourceTable): boolean => paths.some((path) => sameFile(path, table.path))
  const foreign = tables.find(({ vocabulary, format }) => vocabulary && format !== 'mapped')
  const known = tables.some(({ format }) => format !== null && format !== 'mapped')
  const unknown = tables.filter(({ format }) => format === null || format === 'mapped')
  const asked = foreign ?? unknown.find(chosen)
  if (asked || known) return asked ? { table: asked, optional: false } : null
  // Of other tables beside films nobody knows whether they are meant.
  const table = unknown.find(({ mapping }) => mapping) ?? (as === 'dataset' ? unknown[0] : undefined)
  return table ? { table, optional: as === 'auto' } : null
}

/** The main process answers with real paths, so that only the name is sure to be the same. */
const sameFile = (chosen: string, table: string): boolean => chosen.split(/[/\\]/).at(-1) === table.split(/[/\\]/).at(-1)
