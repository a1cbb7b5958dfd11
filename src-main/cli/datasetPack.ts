import { command, numberOf, oneOf, usageError } from './command.ts'

const EVERY = 2000

export const datasetPack = command({
  name: 'dataset pack',
  summary: 'Make the pack that training reads, or prove that it stands whole',
  usage: 'N [--size 224] [--depth 8|16] [--equalise]',
  details: `All films of the data set as a network sees them, in one .npy file: uint8 or uint16 [films, size, size]. Training makes the pack of 8 bits by itself
where it is missing; made before, its first epoch starts at once. Films are decoded on all cores. Stopped or killed, it goes on where it was.
A pack that stands already is hashed, and made anew where a byte has changed. Films that cannot be read are black rows, which training leaves out; the
data set lists them.

  --size      side of a film in pixels
  --depth     bits of a grey
  --equalise  histograms spread as in MIMIC-CXR-JPG`,
  arguments: [1, 1],
  options: { size: { type: 'string', default: '224' }, depth: { type: 'string', default: '8' }, equalise: { type: 'boolean' } },
  async run([dataset = ''], { size: side, depth: bits, equalise = false }, { services, signal, say }) {
    const size = numberOf('size', side, { min: 8, max: 4096, integer: true })
    const depth = oneOf('depth', bits, ['8', '16']) === '16' ? 16 : 8
    if (equalise && depth === 16) throw usageError('--equalise makes 256 greys; it cannot be had with --depth 16.')
    const began = performance.now()
    let said = began
    const progress = (done: number, total: number): void => {
      if (performance.now() - said < EVERY) return
      said = performance.now()
      say(`Pack: ${done} of ${total} films`)
    }
    const { file, rows: images, unreadable } = await services().packs.ensure(dataset, size, { signal, progress, depth, equalise, verify: true })
    const seconds = (performance.now() - began) / 1000
    return {
      json: { file, images, unreadable: unreadable.size, seconds },
      text: `${images} films in ${seconds.toFixed(1)} s${unreadable.size ? `, ${unreadable.size} of them black because they could not be read` : ''}\n${file}`,
    }
  },
})
