import type { DataElement, Dataset } from './encode.ts'
import { line, prose } from './text.ts'

/** A coded concept: value (SH), scheme designator and meaning (PS3.3 section 8). */
export interface Code {
  code: string
  scheme: string
  meaning: string
}

/** How an item stands to the one that it is in (PS3.3 table C.17.3-8). */
export type Relationship = 'CONTAINS' | 'HAS OBS CONTEXT' | 'HAS CONCEPT MOD' | 'INFERRED FROM'

/** An object that a document refers to. */
export interface Instance {
  sopClassUid: string
  sopInstanceUid: string
}

export function codeItem({ code, scheme, meaning }: Code): Dataset {
  return [
    [0x00080100, 'SH', line(code, 16)],
    [0x00080102, 'SH', line(scheme, 16)],
    [0x00080104, 'LO', line(meaning, 64)],
  ]
}

/** One content item of a structured report (PS3.3 C.17.3); the root has no relationship. */
function item(relationship: Relationship | null, type: string, name: Code | null, value: Dataset, children: Dataset[] = []): Dataset {
  return [
    ...(relationship ? ([[0x0040a010, 'CS', relationship]] satisfies Dataset) : []),
    [0x0040a040, 'CS', type],
    ...(name ? ([[0x0040a043, 'SQ', [codeItem(name)]]] satisfies Dataset) : []),
    ...value,
    ...(children.length ? ([[0x0040a730, 'SQ', children]] satisfies Dataset) : []),
  ]
}

/** @param template of PS3.16 that the container and what is in it follow */
export function container(relationship: Relationship | null, name: Code, children: Dataset[], template?: string): Dataset {
  const value: Dataset = [[0x0040a050, 'CS', 'SEPARATE']]
  if (template) value.push([0x0040a504, 'SQ', [[[0x00080105, 'CS', 'DCMR'], [0x0040db00, 'CS', template]]]])
  return item(relationship, 'CONTAINER', name, value, children)
}

export const textItem = (relationship: Relationship, name: Code, value: string): Dataset => item(relationship, 'TEXT', name, [[0x0040a160, 'UT', prose(value)]])

export const codedItem = (relationship: Relationship, name: Code, value: Code): Dataset => item(relationship, 'CODE', name, [[0x0040a168, 'SQ', [codeItem(value)]]])

export const uidItem = (relationship: Relationship, name: Code, uid: string): Dataset => item(relationship, 'UIDREF', name, [[0x0040a124, 'UI', uid]])

/** A number, as decimal text and in full precision. */
export function numberItem(relationship: Relationship, name: Code, value: number, unit: Code, children: Dataset[]): Dataset {
  const measured: Dataset = [
    [0x004008ea, 'SQ', [codeItem(unit)]],
    [0x0040a161, 'FD', value],
    [0x0040a30a, 'DS', value],
  ]
  return item(relationship, 'NUM', name, [[0x0040a300, 'SQ', [measured]]], children)
}

export const imageItem = (relationship: Relationship, name: Code | null, instance: Instance): Dataset => item(relationship, 'IMAGE', name, [[0x00081199, 'SQ', [referenceItem(instance)]]])

/** Item of a Referenced SOP Sequence. */
export function referenceItem({ sopClassUid, sopInstanceUid }: Instance): DataElement[] {
  return [
    [0x00081150, 'UI', sopClassUid],
    [0x00081155, 'UI', sopInstanceUid],
  ]
}
