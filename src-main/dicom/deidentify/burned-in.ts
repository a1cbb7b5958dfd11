import type { Attributes } from '../read/attributes.ts'

/** Kinds of machines whose pictures carry text as a rule. */
const WRITES = new Set(['ES', 'GM', 'OP', 'OT', 'RF', 'SC', 'SM', 'US', 'XA', 'XC'])
/** Conversion Type (0008,0064) of what was scanned, filmed or drawn. */
const CONVERTED = new Set(['DF', 'DI', 'DRW', 'DV', 'SD', 'SI', 'SYN', 'WSD'])
const SECONDARY_CAPTURE = /^1\.2\.840\.10008\.5\.1\.4\.1\.1\.7(\.|$)/

/** Whether there is text in the pixels, or may be: by Burned In Annotation (0028,0301), else by how such pictures are made. */
export function burnedIn(said: Attributes): { sure: boolean; why: string } | null {
  const annotation = said.text('x00280301')?.toUpperCase()
  if (annotation === 'YES') return { sure: true, why: 'the film says so itself' }
  if (said.text('x00280302')?.toUpperCase() === 'YES') return { sure: true, why: 'the film shows a face or another mark that tells who it is' }
  if (annotation === 'NO') return null
  if (SECONDARY_CAPTURE.test(said.text('x00080016') ?? '')) return { sure: false, why: 'it is a secondary capture' }
  const conversion = said.text('x00080064')
  if (conversion && CONVERTED.has(conversion)) return { sure: false, why: 'it was scanned or drawn' }
  const modality = said.text('x00080060')
  return modality && WRITES.has(modality) ? { sure: false, why: `pictures of modality ${modality} often carry it` } : null
}
