import type { HandlersOf } from '#shared/contracts/define.ts'
import type { evaluationsContract } from '#shared/contracts/evaluations.ts'
import type { Services } from '../index.ts'
import { saveEvaluation, type EvaluationFormat } from './report/report.ts'

export function evaluationsHandlers(services: Pick<Services, 'evaluations' | 'host' | 'store'>): HandlersOf<typeof evaluationsContract> {
  const { evaluations } = services
  return {
    'evaluations.start': async ({ model, dataset, part }) => ({ job: (await evaluations.start(model, dataset, part)).id }),
    'evaluations.list': ({ model }) => evaluations.list(model),
    'evaluations.get': ({ evaluation }) => evaluations.get(evaluation),
    'evaluations.remove': ({ evaluation }) => ({ removed: evaluations.remove(evaluation) }),
    'evaluations.worst': ({ evaluation, label, kind, limit }) => evaluations.worst(evaluation, label, kind, limit),
    'evaluations.export': ({ evaluation, format }) => save(services, evaluation, format),
    'calibrations.start': async ({ model, dataset }) => ({ job: (await evaluations.startCalibration(model, dataset)).id }),
    'calibrations.list': ({ model }) => evaluations.calibrations(model),
    'calibrations.setThreshold': ({ evaluation, label, threshold }) => evaluations.setThreshold(evaluation, label, threshold),
    'calibrations.get': ({ calibration }) => evaluations.calibration(calibration),
  }
}

/** Ask where to save and write there; a host that cannot ask offers an address. Null when the user cancelled. */
async function save({ evaluations, host, store }: Pick<Services, 'evaluations' | 'host' | 'store'>, id: string, format: EvaluationFormat): Promise<{ path?: string; url?: string } | null> {
  const { id: known } = store.evaluations.get(id)
  if (!host.chooseSave) return { url: `/media/evaluation/${known}.${format}` }
  const path = await host.chooseSave(`evaluation-${known}.${format}`)
  if (path === null) return null
  await saveEvaluation(evaluations, known, format, path)
  return { path }
}
