import type { FoundStudy } from '#shared/domain/network.ts'
import { CodedError } from '#shared/errors.ts'
import { isUid } from '#main/dicom/network/index.ts'
import { ask, type WebAccess } from './client.ts'

export interface StudyQuestion {
  patientId: string
  patientName: string
  /** DA, or a range of two. */
  dates: string
  modality: string
}

/** Studies asked for at a time. */
export const MOST_FOUND = 100
const MOST_BYTES = 32e6

/**
 * Search for studies (QIDO-RS, PS3.18 section 10.6).
 * @throws CodedError as `ask`; NODE_ANSWER where the answer is no DICOM JSON
 */
export async function searchStudies(access: WebAccess, question: StudyQuestion): Promise<Omit<FoundStudy, 'here'>[]> {
  const { patientId, patientName, dates, modality } = question
  const query = new URLSearchParams({ limit: String(MOST_FOUND + 1) })
  if (patientId) query.set('PatientID', patientId)
  // Names are seldom known to the letter.
  if (patientName) query.set('PatientName', /[*?]/.test(patientName) ? patientName : `${patientName}*`)
  if (dates) query.set('StudyDate', dates)
  if (modality) query.set('ModalitiesInStudy', modality)
  query.set('includefield', '00081030,00201208')
  const found = await ask(access, `/studies?${query}`, 'application/dicom+json', async (response, beat) => (response.status === 204 ? [] : jsonOf(response, beat)))
  return found.flatMap((item) => studyOf(item)).sort((a, b) => (a.date < b.date ? 1 : -1))
}

async function jsonOf(response: Response, beat: () => void): Promise<unknown[]> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    beat()
    size += chunk.length
    if (size > MOST_BYTES) throw notJson('it is too long')
    chunks.push(chunk)
  }
  try {
    const parsed: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'))
    if (Array.isArray(parsed)) return parsed
  } catch {
    // Said below, without the words of the parser, which quote what came.
  }
  throw notJson('it is no list')
}

const notJson = (why: string): CodedError => new CodedError('NODE_ANSWER', `The answer of the node is no DICOM JSON: ${why}.`, { remedy: 'Check the address: it ends before "/studies".' })

/** DICOM JSON (PS3.18 annex F); what has no study UID cannot be fetched, and is left out. */
function studyOf(item: unknown): Omit<FoundStudy, 'here'>[] {
  const values = (tag: string): unknown[] => {
    const value = (item as Record<string, { Value?: unknown }> | null)?.[tag]?.Value
    return Array.isArray(value) ? value : []
  }
  const text = (tag: string): string => {
    const [first] = values(tag)
    return typeof first === 'string' ? first.slice(0, 200) : ''
  }
  const studyInstanceUid = text('0020000D')
  if (!isUid(studyInstanceUid)) return []
  const name = (values('00100010')[0] as { Alphabetic?: unknown } | undefined)?.Alphabetic
  const count = Number(values('00201208')[0] ?? NaN)
  return [
    {
      studyInstanceUid,
      patientName: typeof name === 'string' ? name : '',
      patientId: text('00100020'),
      date: text('00080020'),
      modality: values('00080061').filter((one) => typeof one === 'string').join(', '),
      description: text('00081030'),
      images: Number.isInteger(count) ? count : null,
    },
  ]
}
