import type { Mapping, SetFormat } from '#shared/domain/sources.ts'
import type { Table } from '../tables/csv.ts'
import { chexpert, speaksOfLabels } from './chexpert.ts'
import { has } from './layout.ts'
import type { LabelTable } from './layout.ts'
import { checkMapping, mapped } from './mapped.ts'
import { isMimic, mimic } from './mimic.ts'
import { isNih, nih } from './nih.ts'
import { isPadchest, padchest } from './padchest.ts'

export type MappingOf = (table: Table) => Mapping | null

/** What a table is by its columns; null for what speaks of no films and labels. A mapping that the user gave goes before our own knowledge. */
export function formatOf(table: Table, mappingOf: MappingOf): SetFormat | null {
  if (mappingOf(table)) return 'mapped'
  if (isNih(table)) return 'nih'
  if (isPadchest(table)) return 'padchest'
  if (isMimic(table) && !has(table, 'Frontal/Lateral')) return 'mimic-cxr'
  return speaksOfLabels(table) ? 'chexpert' : null
}

/** The tables of one folder as tables of films; several of MIMIC-CXR are one. What is wrong with a table is told to `refuse`. */
export async function recognise(tables: readonly Table[], mappingOf: MappingOf, refuse: (error: unknown, path: string) => void): Promise<LabelTable[]> {
  const found: LabelTable[] = []
  const attempt = async (path: string, read: () => LabelTable | Promise<LabelTable>): Promise<void> => {
    try {
      found.push(await read())
    } catch (error) {
      refuse(error, path)
    }
  }
  const release = tables.filter((table) => formatOf(table, mappingOf) === 'mimic-cxr')
  if (release[0]) await attempt(release[0].path, () => mimic(release, refuse))
  for (const table of tables) {
    const format = formatOf(table, mappingOf)
    if (format === 'mapped') await attempt(table.path, () => mappedBy(table, mappingOf(table)!))
    if (format === 'nih') await attempt(table.path, () => nih(table))
    if (format === 'padchest') await attempt(table.path, () => padchest(table))
    if (format === 'chexpert') await attempt(table.path, () => chexpert(table))
  }
  return found
}

function mappedBy(table: Table, mapping: Mapping): LabelTable {
  checkMapping(mapping)
  return mapped(table, mapping)
}
