import type { Dataset } from './encode.ts'
import { line } from './text.ts'

/** Patient, General Study and Patient Study modules (PS3.3 C.7.1.1, C.7.2.1, C.7.2.2); what is absent or null is written empty. */
export interface PatientAndStudy {
  studyInstanceUid: string
  patientId?: string | null
  patientName?: string | null
  birthDate?: string | null
  sex?: string | null
  /** AS, as `045Y`. */
  age?: string | null
  studyDate?: string | null
  studyTime?: string | null
  accessionNumber?: string | null
  studyDescription?: string | null
}

export function patientAndStudy(of: PatientAndStudy): Dataset {
  return [
    [0x00100010, 'PN', of.patientName ?? null],
    [0x00100020, 'LO', of.patientId ?? null],
    [0x00100030, 'DA', of.birthDate ?? null],
    [0x00100040, 'CS', of.sex ?? null],
    ...optional(0x00101010, 'AS', of.age),
    [0x0020000d, 'UI', of.studyInstanceUid],
    [0x00200010, 'SH', null],
    [0x00080020, 'DA', of.studyDate ?? null],
    [0x00080030, 'TM', of.studyTime ?? null],
    [0x00080050, 'SH', of.accessionNumber ?? null],
    [0x00080090, 'PN', null],
    ...optional(0x00081030, 'LO', of.studyDescription),
  ]
}

/** What made the object (General Equipment module, PS3.3 C.7.5.1). */
export interface Equipment {
  manufacturer: string
  model: string
  version: string
}

export function equipment({ manufacturer, model, version }: Equipment): Dataset {
  return [
    [0x00080070, 'LO', line(manufacturer, 64)],
    [0x00081090, 'LO', line(model, 64)],
    [0x00181020, 'LO', line(version, 64)],
  ]
}

/** DA and TM in local time, as the times of a study are. */
export function dateAndTime(at: Date): [date: string, time: string] {
  const two = (value: number) => String(value).padStart(2, '0')
  return [`${at.getFullYear()}${two(at.getMonth() + 1)}${two(at.getDate())}`, `${two(at.getHours())}${two(at.getMinutes())}${two(at.getSeconds())}`]
}

/** Left out when there is nothing to say. */
export function optional(tag: number, vr: Dataset[number][1], value: string | null | undefined): Dataset {
  return value ? [[tag, vr, value]] : []
}
