import type { Store } from '#main/store/index.ts'
import { line } from '../exporting.ts'

const BATCH = 500
const HEADER = ['Path', 'Patient', 'View', 'Reason', 'Figure', 'Threshold', 'Words', 'Like', 'Decision']
const number = (value: number | null): string => (value === null ? '' : String(Number(value.toPrecision(6))))

/** Every reason of every doubtful film, one a line (RFC 4180); a film on which somebody decided without one has a line too. */
export async function* findingsCsv(store: Store, dataset: number): AsyncGenerator<string> {
  yield line(HEADER)
  for (const films of store.quality.all(dataset, BATCH)) {
    yield films
      .flatMap(({ path, film: { patient, view, twin, choice, findings } }) => {
        const of = (reason: string, figure: number | null, threshold: number | null, words: string): string => line([path, patient, view, reason, number(figure), number(threshold), words, twin?.fileName ?? '', choice])
        return findings.length ? findings.map(({ reason, figure, threshold, words }) => of(reason, figure, threshold, words)) : [of('', null, null, '')]
      })
      .join('')
    await new Promise(setImmediate)
  }
}
