import type { HandlersOf } from '#shared/contracts/define.ts'
import type { importingContract } from '#shared/contracts/importing.ts'
import type { Services } from '../index.ts'
import { jobsHandlers } from '../jobs/handlers.ts'
import { browse } from './browse.ts'
import { guessWords } from './layouts/guess.ts'
import { previewMapping } from './preview.ts'

export function importingHandlers(services: Services): HandlersOf<typeof importingContract> {
  const { importing, host } = services
  return {
    'import.start': (input) => ({ job: importing.start(input).id }),
    'import.tables': ({ paths }) => importing.tables(paths),
    'import.preview': ({ path, mapping }) => previewMapping(path, mapping),
    'import.words': ({ words }) => guessWords(words),
    'import.choose': async ({ what }) => {
      const paths = (await host.choose?.(what)) ?? null
      return paths && { paths }
    },
    'import.browse': ({ path }) => browse(path),
    ...jobsHandlers(services),
  }
}
