import { mkdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import { experimentInput } from '#shared/contracts/experiments.ts'
import { FIGURE_TITLES, figureText, TABLE_DEFAULTS, TABLES, type Experiment } from '#shared/domain/experiment.ts'
import { CodedError, fromErrorShape } from '#shared/errors.ts'
import { writeTable } from '#main/services/experiments/work.ts'
import { command, numberOf, oneOf, usageError } from './command.ts'
import type { Context } from './command.ts'
import { POLICY_HELP } from './policy.ts'
import { table as drawn } from './table.ts'
import { TRAIN_OPTIONS, trainRequest, withPolicy } from './train.ts'

export const experiment = command({
  name: 'experiment',
  summary: "Make a table of the paper again on a data set, beside the published figures; what was killed goes on where it stood",
  usage: `${TABLES.join('|')} --dataset N [--epochs E] [--out DIR] [--fresh] [--share PER-CENT] [options of train, but --name]`,
  details: [
    'table3  variants of the network, 10 epochs each              table4  ResNet-18 on DICOM and on JPEG, 10 epochs (--share: of the patients)',
    'table5  one core or GPU, one process over all, DDP, 2 epochs  table6  the final model, 30 epochs',
    'Each row is a run on the Training page. The same command after a kill goes on; --fresh begins anew. DIR gets table.json and table.md.',
    POLICY_HELP,
  ].join('\n'),
  arguments: [1, 1],
  options: { ...TRAIN_OPTIONS, dataset: { type: 'string' }, out: { type: 'string' }, share: { type: 'string' }, fresh: { type: 'boolean', default: false } },
  async run([word = ''], { dataset, out, share, fresh, ...options }, context) {
    const table = TABLES.find((one) => one === word) ?? oneOf('table', word, TABLES)
    if (dataset === undefined) throw usageError('experiment needs --dataset.')
    if (table === 'table3' && options.model !== undefined) throw usageError('table3 compares the networks; it takes no --model.')
    if (options.name !== undefined) throw usageError('The runs of a table are named after its rows; there is no --name.')
    if (share !== undefined && table !== 'table4') throw usageError('--share is of table4.')
    const { epochs, model } = TABLE_DEFAULTS[table]
    const run = await withPolicy(trainRequest(dataset, { ...options, epochs: options.epochs ?? String(epochs), model: options.model ?? model }), options, context)
    const request = experimentInput.parse({ table, run, fresh, ...(share !== undefined && { share: numberOf('share', share, { min: 1, max: 100 }) }) })
    const made = await follow(context, () => context.services().experiments.start(request))
    const files = out === undefined ? null : await writeTo(resolve(out), made)
    if (made.state === 'failed') throw failure(made)
    return { json: { ...made, files }, text: words(made, context.services().experiments.folder(made.id)) }
  },
})

/** Say what happens until the table has ended. Ctrl+C stops it with a checkpoint. */
async function follow(context: Context, begin: () => Promise<Experiment>): Promise<Experiment> {
  const { experiments } = context.services()
  context.host.on('train', ({ event }) => {
    if (event.event === 'log' && event.level !== 'error') context.say(event.message)
  })
  let told = ''
  context.host.on('run', ({ name, state }) => {
    const line = `${name}: ${state}`
    if (line !== told) context.say((told = line))
  })
  const { id, title } = await begin()
  context.say(`${title}, experiment ${id}`)
  const stop = (): void => void experiments.stop(id).catch(() => {})
  context.signal.addEventListener('abort', stop, { once: true })
  if (context.signal.aborted) stop()
  const end = await experiments.ended(id)
  context.signal.removeEventListener('abort', stop)
  return end
}

async function writeTo(folder: string, made: Experiment): Promise<{ json: string; markdown: string }> {
  await mkdir(folder, { recursive: true })
  return writeTable(folder, made)
}

function failure({ rows, id }: Experiment): CodedError {
  const failed = rows.find(({ error }) => error)
  if (!failed?.error) return new CodedError('EXPERIMENT_FAILED', `The experiment ${id} failed.`)
  const { code, message, remedy, file, row } = fromErrorShape(failed.error)
  return new CodedError(code, `${failed.title}: ${message}`, { ...(file && { file }), ...(row && { row }), remedy: [remedy, 'The same command goes on with what is missing.'].filter(Boolean).join(' ') })
}

function words({ title, state, columns, rows, published, disclaimer, id }: Experiment, folder: string): string {
  const heads = columns.map((name) => FIGURE_TITLES[name])
  const ours = rows.map((row) => [row.title, ...columns.map((name) => (row.measured ? figureText(name, row.measured.figures[name]) : (row.absent ? 'none' : '–')))])
  const theirs = published.rows.map((row) => [`${row.title} (${row.condition})`, ...columns.map((name) => figureText(name, row.figures[name]))])
  const going = state === 'finished' ? [] : [`${id} is ${state}; the same command goes on.`]
  return [title, '', drawn(['here', ...heads], ours), '', drawn(['published', ...heads], theirs), '', ...going, `${folder}/table.md`, disclaimer].join('\n')
}
