import type { Job } from '../../src-shared/domain/job.ts'
import { plural } from '../i18n/catalogue.ts'

const NOUNS: Record<string, [string, string]> = {
  studies: ['study', 'studies'],
  images: ['image', 'images'],
  datasets: ['data set', 'data sets'],
  patients: ['patient', 'patients'],
}

/** `3 studies, 4 images` of an ended import; empty when it brought nothing new. */
export function importedWhat({ result }: Pick<Job, 'result'>): string {
  return Object.entries(NOUNS)
    .flatMap(([key, nouns]) => {
      const value = result?.[key]
      return typeof value === 'number' && value > 0 ? [plural(value, ...nouns)] : []
    })
    .join(', ')
}
