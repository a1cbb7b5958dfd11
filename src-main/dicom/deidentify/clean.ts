import type { DataSet, Element } from 'dicom-parser'
import { textDecoder, type TextOf } from '../read/text.ts'
import { BASIC_PROFILE, type ProfileAction } from './basic-profile.ts'
import { fragmentsOf, valueOf, type RawElement } from './elements.ts'
import { shifted, type Pseudonyms } from './pseudonyms.ts'
import { dummy, padded } from './values.ts'
import { dictionaryVr } from './vr.ts'

export interface Rules {
  pseudonyms: Pseudonyms
  /** Of the patient. */
  code: string
  /** Days that dates move back by; null: they go. */
  days: number | null
  /** Words that say who it is, in lower case: free text that holds one goes whole. */
  telling: readonly string[]
}

const ACTIONS = new Map(Object.entries(BASIC_PROFILE).flatMap(([action, tags]) => tags.split(' ').map((tag) => [tag, action as ProfileAction] as const)))
const FREE_TEXT = new Set(['LO', 'LT', 'SH', 'ST', 'UC', 'UR', 'UT'])
const DATES = new Set(['DA', 'DT'])
/** Real films nest four or five sequences. */
const DEEPEST = 100

/** What of a data set remains, and as what. Nothing that PS3.6 does not know: private attributes, curves, overlays, and whatever has no name. */
export function cleaned(dataSet: DataSet, transferSyntaxUid: string, rules: Rules): RawElement[] {
  return new Cleaner(dataSet, transferSyntaxUid, rules).items(dataSet, textDecoder([]), 0)
}

class Cleaner {
  readonly #root
  readonly #syntax
  readonly #rules

  constructor(root: DataSet, syntax: string, rules: Rules) {
    this.#root = root
    this.#syntax = syntax
    this.#rules = rules
  }

  items(dataSet: DataSet, inherited: TextOf, depth: number): RawElement[] {
    const charset = dataSet.string('x00080005')
    const decode = charset ? textDecoder(charset.split('\\')) : inherited
    return Object.values(dataSet.elements).flatMap((element) => this.#element(dataSet, element, decode, depth))
  }

  #element(dataSet: DataSet, element: Element, decode: TextOf, depth: number): RawElement[] {
    const tag = element.tag.slice(1)
    const listed = dictionaryVr(tag, this.#root)
    // A group length tells nothing and would be wrong.
    if (listed === null || isPrivate(tag) || /^(0000|0002|50..|60..)|^....0000$/.test(tag)) return []
    const vr = element.items ? 'SQ' : knownVr(element.vr) ?? listed
    const action = ACTIONS.get(tag)
    if (tag === '7fe00010' && element.fragments) return [{ tag, vr: 'OB', value: { fragments: fragmentsOf(dataSet, element) } }]
    if (vr === 'SQ') return this.#sequence(tag, element, action, decode, depth)
    return this.#value(tag, vr, valueOf(dataSet, element, vr, this.#syntax), action, decode)
  }

  #sequence(tag: string, element: Element, action: ProfileAction | undefined, decode: TextOf, depth: number): RawElement[] {
    if (action === 'X' || action === 'X/D' || action === 'X/Z/D') return []
    if (action === 'Z' || action === 'X/Z') return [{ tag, vr: 'SQ', value: [] }]
    // An item that must be there and says nothing.
    if (action === 'D' || action === 'Z/D' || depth >= DEEPEST) return [{ tag, vr: 'SQ', value: [[]] }]
    return [{ tag, vr: 'SQ', value: (element.items ?? []).map(({ dataSet: item }) => (item ? this.items(item, decode, depth + 1) : [])) }]
  }

  #value(tag: string, vr: string, value: Uint8Array, action: ProfileAction | undefined, decode: TextOf): RawElement[] {
    const { pseudonyms, code } = this.#rules
    const put = (bytes: Uint8Array): RawElement[] => [{ tag, vr, value: bytes }]
    if (tag === '00100010' || tag === '00100020') return put(padded(code, vr))
    if (DATES.has(vr) || (vr === 'TM' && action)) return this.#time(tag, vr, value, action)
    if (vr === 'UI') return put(padded(uidsOf(value).map((uid) => (isStandard(uid) || tag === '0008010c' ? uid : uid && pseudonyms.uid(uid))).join('\\'), vr))
    if (action) return acted(tag, vr, value, action)
    // Names of persons that the table does not list, and words that say who it is.
    if (vr === 'PN' || (FREE_TEXT.has(vr) && this.#tells(decode(value)))) return put(dummy(vr, value.length))
    return put(value)
  }

  /** Moved back, where the profile's option keeps what lies between dates; birth dates and the like are never kept. */
  #time(tag: string, vr: string, value: Uint8Array, action: ProfileAction | undefined): RawElement[] {
    const { days } = this.#rules
    if (days === null || tag.startsWith('0010')) return acted(tag, vr, value, action ?? 'X/Z')
    if (vr === 'TM') return [{ tag, vr, value }]
    const moved = Buffer.from(value).toString('latin1').split('\\').map((one) => shifted(one.replace(/[\0 ]+$/, ''), days) ?? '').join('\\')
    return [{ tag, vr, value: padded(moved, vr) }]
  }

  #tells(text: string): boolean {
    const small = text.toLowerCase()
    return this.#rules.telling.some((word) => small.includes(word))
  }
}

/** Of several choices the one that keeps the object valid whatever the attribute's type, and tells nothing either. */
function acted(tag: string, vr: string, value: Uint8Array, action: ProfileAction): RawElement[] {
  if (action === 'X') return []
  if (action === 'Z' || action === 'X/Z' || action === 'X/Z/U*') return [{ tag, vr, value: new Uint8Array(0) }]
  // What was empty was allowed to be.
  return [{ tag, vr, value: value.length ? dummy(vr, value.length) : value }]
}

const uidsOf = (value: Uint8Array): string[] => Buffer.from(value).toString('latin1').split('\\').map((uid) => uid.replace(/[\0 ]+$/, ''))

/** Classes, codings and the like, which PS3.6 annex A names. */
const isStandard = (uid: string): boolean => uid.startsWith('1.2.840.10008.')

const isPrivate = (tag: string): boolean => parseInt(tag.slice(0, 4), 16) % 2 === 1

/** Files name representations that do not exist. */
const knownVr = (vr: string | undefined): string | null => (vr !== undefined && vr !== 'UN' && /^(A[EST]|CS|D[AST]|F[DL]|IS|L[OT]|O[BDFLVW]|PN|S[HLQSTV]|TM|U[CILRSTV])$/.test(vr) ? vr : null)
