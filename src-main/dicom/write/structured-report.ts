import type { Code, Instance } from './content-items.ts'
import { codeItem, referenceItem } from './content-items.ts'
import { encodePart10 } from './encode.ts'
import type { Dataset } from './encode.ts'
import { dateAndTime, equipment, patientAndStudy } from './modules.ts'
import type { Equipment, PatientAndStudy } from './modules.ts'
import { line } from './text.ts'
import type { Uids } from './uid.ts'

const COMPREHENSIVE_SR = '1.2.840.10008.5.1.4.1.1.88.33'

export interface StructuredReport extends Uids, PatientAndStudy {
  equipment: Equipment
  seriesNumber: number
  seriesDescription: string
  instanceNumber: number
  writtenAt: Date
  /** Whether the author calls it complete, and a word on that (LO). */
  complete: boolean
  completeness: string
  /** Who stands behind it; null: nobody. */
  verified: { by: string; organization: string; at: Date } | null
  procedure: Code
  /** Every object that the content refers to, with its series. */
  evidence: (Instance & { seriesInstanceUid: string })[]
  /** Private schemes among the codes. */
  schemes: { designator: string; name: string; uid: string }[]
  /** Root container. */
  content: Dataset
}

/** A Comprehensive SR document (PS3.3 A.35.3) as a Part 10 file. */
export function writeStructuredReport(report: StructuredReport): Uint8Array {
  const [date, time] = dateAndTime(report.writtenAt)
  return encodePart10([
    ...patientAndStudy(report),
    ...equipment(report.equipment),
    [0x00080016, 'UI', COMPREHENSIVE_SR],
    [0x00080018, 'UI', report.sopInstanceUid],
    [0x00080012, 'DA', date],
    [0x00080013, 'TM', time],
    [0x00080023, 'DA', date],
    [0x00080033, 'TM', time],
    [0x00080060, 'CS', 'SR'],
    [0x0008103e, 'LO', line(report.seriesDescription, 64)],
    [0x00081111, 'SQ', []],
    [0x00080110, 'SQ', report.schemes.map(({ designator, name, uid }): Dataset => [[0x00080102, 'SH', designator], [0x0008010c, 'UI', uid], [0x00080115, 'ST', name]])],
    [0x0020000e, 'UI', report.seriesInstanceUid],
    [0x00200011, 'IS', report.seriesNumber],
    [0x00200013, 'IS', report.instanceNumber],
    [0x0040a372, 'SQ', [codeItem(report.procedure)]],
    [0x0040a375, 'SQ', [evidenceOf(report)]],
    [0x0040a491, 'CS', report.complete ? 'COMPLETE' : 'PARTIAL'],
    [0x0040a492, 'LO', line(report.completeness, 64)],
    [0x0040a493, 'CS', report.verified ? 'VERIFIED' : 'UNVERIFIED'],
    ...(report.verified ? verification(report.verified) : []),
    ...report.content,
  ])
}

/** Verifying Observer Sequence (PS3.3 C.17.2); the name as it was entered, all in its first component. */
function verification({ by, organization, at }: NonNullable<StructuredReport['verified']>): Dataset {
  const [date, time] = dateAndTime(at)
  const name = line(by, 64).replaceAll(/[\^=]/g, ' ')
  return [[0x0040a073, 'SQ', [[[0x0040a027, 'LO', line(organization, 64)], [0x0040a030, 'DT', `${date}${time}`], [0x0040a075, 'PN', name], [0x0040a088, 'SQ', []]]]]]
}

/** Item of Current Requested Procedure Evidence: the study, its series, their objects. */
function evidenceOf({ studyInstanceUid, evidence }: StructuredReport): Dataset {
  const series = Map.groupBy(evidence, ({ seriesInstanceUid }) => seriesInstanceUid)
  return [
    [0x0020000d, 'UI', studyInstanceUid],
    [0x00081115, 'SQ', [...series].map(([uid, instances]): Dataset => [[0x0020000e, 'UI', uid], [0x00081199, 'SQ', instances.map(referenceItem)]])],
  ]
}
