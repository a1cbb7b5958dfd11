import type { TrainEvent } from '#shared/domain/run.ts'

type Line = Omit<Extract<TrainEvent, { event: 'log' }>, 'event'>

/** What the run's log says of an event, null where the curves and figures say it already. */
export function logLineOf(event: TrainEvent): Line | null {
  switch (event.event) {
    case 'started':
      return info(`Training: ${event.epochs} epochs of ${event.stepsPerEpoch} steps on ${event.workers} ${event.workers === 1 ? 'process' : 'processes'}`)
    case 'epoch': {
      const auc = event.auc.macro === null ? 'undefined' : `${event.auc.macro.toFixed(3)} over ${event.auc.defined} of 14 labels`
      const accuracy = `${(100 * event.accuracy).toFixed(2)} % (all negative: ${(100 * event.allNegativeAccuracy).toFixed(2)} %)`
      return info(`Epoch ${event.epoch}: training loss ${event.trainLoss.toFixed(4)}, validation loss ${event.valLoss.toFixed(4)}, macro AUC ${auc}, accuracy ${accuracy}`)
    }
    case 'checkpoint':
      return event.best ? info(`Best so far: the checkpoint of step ${event.step}`) : null
    case 'restart':
      return { level: 'warn', message: `All processes start again from the last checkpoint: ${event.reason}`, rank: event.rank }
    case 'stopped':
      return info(`Stopped at step ${event.step}: ${event.reason}`)
    case 'done':
      return info(`Finished after ${event.steps} steps; the model is ${event.model}${event.early ? `. ${event.early}` : ''}`)
    case 'error':
      return { level: 'error', message: [event.error.message, event.error.remedy].filter(Boolean).join(' ') }
    default:
      return null
  }
}

const info = (message: string): Line => ({ level: 'info', message })
