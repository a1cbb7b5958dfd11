import type { HandlersOf } from '#shared/contracts/define.ts'
import type { importingContract } from '#shared/contracts/importing.ts'
import type { Services } from '../index.ts'
import { jobsHandlers } from '../jobs/handlers.ts'
import { browse } from './browse.ts'

export function importingHandlers(services: Services): HandlersOf<typeof importingContract> {
  const { importing, host } = services
  return {
    'import.start': (input) => ({ job: importing.start(input).id }),
    'import.choose': async ({ what }) => {
      const paths = (await host.choose?.(what)) ?? null
      return paths && { paths }
    },
    'import.browse': ({ path }) => browse(path),
    ...jobsHandlers(services),
  }
}
