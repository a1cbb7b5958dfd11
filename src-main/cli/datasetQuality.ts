import { resolve } from 'node:path'
import { writeWhole } from '#main/files/whole.ts'
import { command } from './command.ts'
import { resultOf } from './progress.ts'
import { table } from './table.ts'

export const datasetQuality = command({
  name: 'dataset quality',
  summary: 'Look for films that are unreadable, blank, duplicates, lateral, inverted, tiny or oddly exposed',
  usage: 'N [--csv FILE]',
  details: `Films that were measured before, also while a pack was made, are not decoded again; stopped or killed, it goes on where it was. What is doubtful can be
excluded from training on the Quality page of the data set; nothing is deleted.

  --csv  every reason of every doubtful film, with its figure and threshold, one a line`,
  arguments: [1, 1],
  options: { csv: { type: 'string' } },
  async run([dataset = ''], { csv }, context) {
    const { quality } = context.services()
    await resultOf(context, quality.check(dataset).id)
    const summary = { ...quality.summary(dataset), job: undefined }
    const file = csv === undefined ? {} : { csv: resolve(csv) }
    if (file.csv) await writeWhole(file.csv, quality.csv(dataset))
    const rows = summary.reasons.map(({ reason, films, excluded, kept }) => [reason, films, excluded, kept])
    return {
      json: { ...summary, ...file },
      text: `${summary.films} films, ${summary.doubted} in doubt, ${summary.clusters} groups of films that show the same, ${summary.excluded} excluded\n\n${table(['reason', 'films', 'excluded', 'kept'], rows)}${file.csv ? `\n\n${file.csv}` : ''}`,
    }
  },
})
