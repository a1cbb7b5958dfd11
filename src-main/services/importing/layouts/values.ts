import type { SplitPart } from '#shared/domain/dataset.ts'
import { LABELS } from '#shared/domain/labels.ts'
import type { Label, RawLabel } from '#shared/domain/labels.ts'

const RAW = new Map<string, RawLabel>([
  ['', null], ['1.0', 1], ['0.0', 0], ['-1.0', -1], ['1', 1], ['0', 0], ['-1', -1], ['nan', null],
  ['true', 1], ['false', 0], ['yes', 1], ['no', 0],
])

/** A label as tables write it; undefined for anything else. */
export const rawLabel = (text: string): RawLabel | undefined => RAW.get(text) ?? (RAW.has(text) ? null : RAW.get(text.toLowerCase()))

/** Spellings of our labels in other sources: MIMIC-CXR's first release says Airspace Opacity, NIH Effusion. */
const ALIASES: Record<string, Label> = { airspaceopacity: 'Lung Opacity', effusion: 'Pleural Effusion', pleuralthickening: 'Pleural Other', nofindings: 'No Finding', normal: 'No Finding', opacity: 'Lung Opacity', devices: 'Support Devices', infiltration: 'Lung Opacity', nodule: 'Lung Lesion', mass: 'Lung Lesion' }
const letters = (text: string): string => text.toLowerCase().replaceAll(/[^a-z]/g, '')
const BY_LETTERS = new Map<string, Label>([...LABELS.map((label) => [letters(label), label] as const), ...Object.entries(ALIASES)])

/** Our label for a word, whatever its case and separators. */
export const labelOf = (word: string): Label | undefined => BY_LETTERS.get(letters(word))

const SEXES: Record<string, string> = { m: 'Male', male: 'Male', f: 'Female', female: 'Female', o: 'Unknown', other: 'Unknown', u: 'Unknown', unknown: 'Unknown' }

/** `Male`, `Female`, `Unknown`, or empty. */
export const sexOf = (text: string): string => SEXES[text.toLowerCase()] ?? ''

const PER_YEAR: Record<string, number> = { Y: 1, M: 12, W: 52, D: 365 }
/** Nobody was older; label files with more hold slips of the pen. */
const OLDEST = 123

/** Years of `57`, `057Y`, `018M` (DICOM AS); null for what no living patient has. */
export function ageOf(text: string): number | null {
  const [, number, unit = 'Y'] = /^(\d+(?:\.\d+)?)\s*([YMWD])?$/i.exec(text) ?? []
  const years = Number(number) / PER_YEAR[unit.toUpperCase()]!
  return years <= OLDEST ? years : null
}

const VIEWS: Record<string, string> = { pa: 'Frontal PA', ap: 'Frontal AP', ap_horizontal: 'Frontal AP supine', l: 'Lateral', ll: 'Lateral', lateral: 'Lateral', 'left lateral': 'Lateral', costal: 'Ribs', unk: '' }

/** The view in CheXpert's words where it is one of theirs. */
export const viewOf = (text: string): string => VIEWS[text.toLowerCase()] ?? text

const PARTS: [RegExp, SplitPart][] = [[/^train/i, 'train'], [/^(val|dev)/i, 'val'], [/^test/i, 'test']]

/** `train`, `validate`, `valid`, `dev`, `test`. */
export const partOf = (text: string): SplitPart | null => PARTS.find(([word]) => word.test(text))?.[1] ?? null

/** By a file's name: train.csv, valid.csv, test.csv. */
export const partOfFile = (name: string): SplitPart | null => partOf(/train|val(id)?|test/i.exec(name)?.[0] ?? '')
