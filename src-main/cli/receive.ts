import { once } from 'node:events'
import { isAeTitle } from '#main/dicom/network/index.ts'
import { command, numberOf, usageError } from './command.ts'

export const receive = command({
  name: 'receive',
  summary: 'Receive films from other systems (DICOM C-STORE) into the library until Ctrl+C',
  usage: '[--port 11112] [--aet XCLASSIFIER] [--allow AET,...] [--bind 127.0.0.1]',
  details: 'Only this machine can send unless --bind names another address; then --allow lists the AE titles that may.\nWith --json a line for each event: listening, received, refused, imported.',
  arguments: [0, 0],
  options: { port: { type: 'string', default: '11112' }, aet: { type: 'string', default: 'XCLASSIFIER' }, allow: { type: 'string', default: '' }, bind: { type: 'string', default: '127.0.0.1' } },
  async run(_args, values, context) {
    const port = numberOf('port', values.port, { min: 0, max: 65_535, integer: true })
    const allow = values.allow.split(',').map((title) => title.trim()).filter(Boolean)
    const wrong = [values.aet, ...allow].find((title) => !isAeTitle(title))
    if (wrong !== undefined) throw usageError(`"${wrong}" is no AE title: 1 to 16 characters without a backslash.`)
    const { network } = context.services()
    let received = 0
    let refusals = 0
    context.host.on('receiving', (state) => {
      if (state.received > received) context.stream({ event: 'received', films: (received = state.received) })
      const [newest] = state.refused
      if (!newest || state.refused.length === refusals) return
      refusals = state.refused.length
      context.say(`Refused ${newest.calling || 'a connection'} (${newest.from}): ${newest.reason}`)
      context.stream({ event: 'refused', ...newest })
    })
    context.host.on('job', ({ kind, state, result }) => {
      if (kind !== 'import' || state !== 'finished') return
      context.say(`${result?.['images'] ?? 0} new films in the library, ${result?.['known'] ?? 0} known`)
      context.stream({ event: 'imported', ...result })
    })
    const { listening } = await network.receiving.start({ enabled: true, bind: values.bind, port, aeTitle: values.aet, allow })
    context.say(`${values.aet} receives films on ${listening!.address}, port ${listening!.port}`)
    context.stream({ event: 'listening', aet: values.aet, ...listening })
    if (!context.signal.aborted) await once(context.signal, 'abort')
    await network.receiving.stop()
    await network.settled()
    return { json: null, text: '' }
  },
})
