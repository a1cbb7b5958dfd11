import { FIGURE_TITLES, figureText, type Experiment, type ExperimentRow, type Figures } from '#shared/domain/experiment.ts'

/** The table as Markdown: ours, the paper's, where ours come from. */
export function markdownOf(experiment: Experiment): string {
  const { title, columns, rows, published, provenance, disclaimer, datasetName, createdAt, endedAt, state, id } = experiment
  const heads = columns.map((name) => FIGURE_TITLES[name])
  const figures = (values: Partial<Figures>): string[] => columns.map((name) => figureText(name, values[name]))
  const lines = [
    `# ${title}`, '', `> **${disclaimer}**`, '', `Experiment ${id} on "${datasetName}", ${state}; begun ${createdAt}${endedAt ? `, ended ${endedAt}` : ''}.`, '', '## Here', '',
    ...grid(['', ...heads, 'AUC, 95 %', 'Always "no", %', 'Test films', 'Labels'], rows.map((row) => [row.title, ...(row.measured ? figures(row.measured.figures) : columns.map(() => '–')), ...judging(row)])), '',
    ...rows.filter(({ absent, error }) => absent || error).map((row) => `- ${row.title}: ${why(row)}`), '',
    '## Published', '', ...grid(['', 'On', ...heads], published.rows.map((row) => [row.title, row.condition, ...figures(row.figures)])), '', `Source: ${published.source}.`, '',
    '## Where the figures come from', '',
    `- ${provenance.app}, TensorFlow ${provenance.tensorflow ?? 'unknown'}, ${provenance.platform}`,
    `- ${provenance.cpu}, ${provenance.cores} cores; ${provenance.gpus.join(', ') || 'no GPU'}`,
    `- "${provenance.dataset}": ${provenance.images} films of ${provenance.patients} patients`,
    `- \`${provenance.command}\``,
    ...rows.filter(({ run }) => run).map((row) => `- ${row.title}: run ${row.run}`),
    ...provenance.notes.map((note) => `- ${note}`),
  ]
  return `${lines.join('\n').replaceAll(/\n{3,}/g, '\n\n')}\n`
}

function judging({ measured }: ExperimentRow): string[] {
  if (!measured) return ['–', '–', '–', '–']
  const { aucInterval, allNegativeAccuracy, testImages, labels } = measured
  const interval = aucInterval ? aucInterval.map((end) => figureText('auc', end)).join(' to ') : '–'
  return [interval, figureText('accuracy', allNegativeAccuracy), String(testImages), `${labels} of 14`]
}

const why = ({ absent, error }: ExperimentRow): string => absent ?? [error!.message, error!.remedy].filter(Boolean).join(' ')

/** A data set's name may hold what a table is drawn with. */
const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ')

function grid(head: string[], rows: string[][]): string[] {
  const line = (cells: string[]): string => `| ${cells.map(cell).join(' | ')} |`
  return [line(head), `|${head.map(() => '--').join('|')}|`, ...rows.map(line)]
}
