import { shallowRef } from 'vue'
import type { RequestInput } from '../../../src-shared/contracts/index.ts'
import type { Mapping, SourceTable } from '../../../src-shared/domain/sources.ts'
import { call } from '../../bridge/index.ts'
import { tableToExplain } from './mapping.ts'

/** Without a mapping the set is known as it is; as `studies` the table is left aside. */
export interface Explained {
  mapping?: Mapping
  as?: 'studies'
}

/** More paths than this are films that were chosen one by one. */
const MOST_SOURCES = 100

/** Asks the user about a table before it is imported. */
export function useExplaining() {
  /** The table that the user is asked about; null while none is. */
  const explaining = shallowRef<{ table: SourceTable; optional: boolean; answer(answer: Explained | null): void } | null>(null)

  /** What must be known of the tables among the paths; null when the user thought better of it. */
  async function explain(paths: string[], as: RequestInput<'import.start'>['as'] = 'auto'): Promise<Explained | null> {
    if (as === 'studies' || paths.length > MOST_SOURCES) return {}
    const asked = tableToExplain(await call('import.tables', { paths }), paths, as)
    if (!asked) return {}
    return new Promise((resolve) => {
      explaining.value = {
        ...asked,
        answer(answer) {
          explaining.value = null
          resolve(answer)
        },
      }
    })
  }
  return { explaining, explain }
}
