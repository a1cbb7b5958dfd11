import { z } from 'zod'
import { request } from './define.ts'
import { TABLES, type Experiment } from '../domain/experiment.ts'
import { runInput } from './training.ts'

const id = z.string().min(1).max(80)

export const experimentInput = z.object({
  table: z.enum(TABLES),
  /** What every run of the table shares. */
  run: runInput,
  /** Per cent of the patients whose films take part, table 4 only; left out: 10 as published from 10,000 films on, else all. */
  share: z.number().min(1).max(100).optional(),
  /** Begin anew though an equal one was not finished. */
  fresh: z.boolean().default(false),
})

export const experimentsContract = {
  /** Newest first. */
  'experiments.list': request<Experiment[]>()(z.object({})),
  'experiments.get': request<Experiment>()(z.object({ experiment: id })),
  /** Goes on with an equal one that was not finished. */
  'experiments.start': request<Experiment>()(experimentInput),
  'experiments.resume': request<Experiment>()(z.object({ experiment: id })),
  'experiments.stop': request<Experiment>()(z.object({ experiment: id })),
  /** With its folder; runs, models and data sets that it made stay. */
  'experiments.remove': request<{ removed: boolean }>()(z.object({ experiment: id })),
  /** The table as Markdown. */
  'experiments.markdown': request<{ text: string }>()(z.object({ experiment: id })),
}
