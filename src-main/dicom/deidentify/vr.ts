import type { DataSet } from 'dicom-parser'

type Dictionary = Record<string, { vr: string } | undefined>

let dictionary: Dictionary | undefined

/** PS3.6; read on first use, workers start faster without it. */
export async function loadDictionary(): Promise<void> {
  dictionary ??= (await import('dcmjs')).default.data.DicomMetaDictionary.dictionary as Dictionary
}

/** Look-up tables whose representation in an implicit data set follows from no other attribute. */
const LUT_DATA = new Set(['00283006', '00281201', '00281202', '00281203', '00281221', '00281222', '00281223'])

/**
 * The representation that PS3.6 gives a tag, for a data set that names none; null for tags that it does not list.
 * @param tag `ggggeeee`
 */
export function dictionaryVr(tag: string, root: DataSet): string | null {
  if (tag === '7fe00010' || LUT_DATA.has(tag)) return 'OW'
  const listed = dictionary![`(${tag.slice(0, 4)},${tag.slice(4)})`.toUpperCase()]?.vr
  if (!listed) return null
  if (/^[A-Z]{2}$/.test(listed)) return listed
  // US or SS: as the pixels are.
  return listed === 'xs' ? (root.uint16('x00280103') === 1 ? 'SS' : 'US') : listed === 'ox' ? 'OW' : 'UN'
}
