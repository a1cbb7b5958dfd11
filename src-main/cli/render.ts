import { resolve } from 'node:path'
import { CodedError } from '#shared/errors.ts'
import type { WindowChoice } from '#main/dicom/index.ts'
import { writeWhole } from '#main/files/whole.ts'
import { command, numberOf, usageError } from './command.ts'

export const render = command({
  name: 'render',
  summary: 'The 8-bit picture of a film as the viewer shows it; with --size as packs and networks have it',
  usage: 'FILE --png OUT [--frame N] [--window C,W|file|voilut|auto] [--equalise] [--size N]',
  arguments: [1, 1],
  options: { png: { type: 'string' }, frame: { type: 'string' }, window: { type: 'string' }, equalise: { type: 'boolean', default: false }, size: { type: 'string' } },
  async run([file = ''], values, context) {
    if (values.png === undefined) throw usageError('render needs --png OUT, the file to write.')
    const [path, png] = [resolve(file), resolve(values.png)]
    const frame = values.frame === undefined ? 1 : numberOf('frame', values.frame, { min: 1, integer: true })
    const size = values.size === undefined ? undefined : numberOf('size', values.size, { min: 1, max: 8192, integer: true })
    const request = { task: 'render', path, frame: frame - 1, choice: windowOf(values.window), equalise: values.equalise, size } as const
    const { png: bytes, width, height, display } = await context.services().pool.run(request, { signal: context.signal })
    await write(png, bytes)
    const shown = display.kind === 'lut' ? { kind: 'lut', explanation: display.lut.explanation } : { kind: 'window', source: display.source, function: display.function, ...display.window }
    return { json: { file: path, png, width, height, frame, display: shown }, text: `${png}: ${width}x${height}, ${words(shown)}` }
  },
})

function windowOf(value: string | undefined): WindowChoice {
  if (value === undefined || value === 'file' || value === 'voilut' || value === 'auto') return value
  const [center, width, ...more] = value.split(',')
  if (width === undefined || more.length) throw usageError(`--window takes a centre and a width as in 2048,4096, or file, voilut, auto; not "${value}".`)
  return { center: numberOf('window', center!), width: numberOf('window', width) }
}

function words(shown: { kind: string; source?: string; center?: number; width?: number }): string {
  return shown.kind === 'lut' ? 'by its VOI LUT' : `window ${shown.center!.toPrecision(6)}, ${shown.width!.toPrecision(6)} (${shown.source})`
}

/** @throws NOT_WRITABLE */
async function write(path: string, bytes: Uint8Array): Promise<void> {
  await writeWhole(path, bytes).catch((cause: NodeJS.ErrnoException) => {
    throw new CodedError('NOT_WRITABLE', `The picture cannot be written (${cause.code}).`, { file: path, cause })
  })
}
