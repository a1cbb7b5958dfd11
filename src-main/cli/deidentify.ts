import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { CodedError } from '#shared/errors.ts'
import { MANIFEST, type Manifest } from '#main/services/deidentify/deidentify.ts'
import { command, oneOf, usageError } from './command.ts'
import { resultOf } from './progress.ts'

export const deidentify = command({
  name: 'deidentify',
  summary: 'Copies of films without what tells whose they are (DICOM PS3.15 annex E)',
  usage: 'PATH --out DIR [--profile basic] [--shift-dates] [--keep-burned-in]',
  details: 'Dates go, or with --shift-dates move back by the same number of days for all films of a patient.\nFilms that say that text is burned into their pixels are left out unless --keep-burned-in.',
  arguments: [1, 1],
  options: { out: { type: 'string' }, profile: { type: 'string', default: 'basic' }, 'shift-dates': { type: 'boolean', default: false }, 'keep-burned-in': { type: 'boolean', default: false } },
  async run([path = ''], values, context) {
    oneOf('profile', values.profile, ['basic'])
    if (values.out === undefined) throw usageError('deidentify needs --out DIR, the folder of the copies.')
    const out = resolve(values.out)
    const services = context.services()
    const job = services.deidentify.start({ paths: [resolve(path)], studies: [], out, shiftDates: values['shift-dates'], keepBurnedIn: values['keep-burned-in'] })
    const { files, patients } = await resultOf(context, job.id)
    const skipped = services.jobs.skipped(job.id)
    if (!files && skipped[0]) throw new CodedError(skipped[0].code, skipped[0].message, { file: skipped[0].path })
    if (!files) throw new CodedError('NOTHING_TO_DO', 'There are no films here.', { file: resolve(path) })
    const { files: copies } = JSON.parse(await readFile(join(out, MANIFEST), 'utf8')) as Manifest
    const flagged = copies.filter(({ burnedIn }) => burnedIn !== null).map(({ file, burnedIn }) => ({ file, why: burnedIn }))
    const warn = flagged.map(({ file, why }) => `${file}: look at it, there may be text in its pixels: ${why}`)
    return { json: { files, patients, flagged, skipped }, text: [`${files} copies of ${patients} patients in ${out}; ${skipped.length} left out`, ...warn].join('\n') }
  },
})
