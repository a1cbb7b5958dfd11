import { hash } from 'node:crypto'
import { mappingSchema } from '#shared/contracts/importing.ts'
import type { Mapping } from '#shared/domain/sources.ts'
import type { Store } from '#main/store/index.ts'
import { fits } from './layouts/mapped.ts'
import type { Table } from './tables/csv.ts'

/** Mappings by the header they were made for: a table with the same columns needs no second explanation. */
export class Mappings {
  readonly #store: Store

  constructor(store: Store) {
    this.#store = store
  }

  remember(table: Table, mapping: Mapping): void {
    if (fits(table, mapping)) this.#store.settings.set(nameOf(table), mapping)
  }

  recall(table: Table): Mapping | null {
    const { data } = mappingSchema.safeParse(this.#store.settings.get(nameOf(table)))
    return data ?? null
  }
}

const nameOf = ({ header }: Table): string => `mapping:${hash('sha256', JSON.stringify(header)).slice(0, 32)}`
