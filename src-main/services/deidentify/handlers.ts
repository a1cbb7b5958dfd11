import type { HandlersOf } from '#shared/contracts/define.ts'
import type { deidentifyContract } from '#shared/contracts/deidentify.ts'
import type { Services } from '../index.ts'

export function deidentifyHandlers({ deidentify }: Pick<Services, 'deidentify'>): HandlersOf<typeof deidentifyContract> {
  return { 'deidentify.start': ({ studies, ...options }) => ({ job: deidentify.start({ paths: [], studies, ...options }).id }) }
}
