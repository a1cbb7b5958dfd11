import type { DatasetImage } from '../../../src-shared/domain/dataset.ts'
import { LABELS, type Label } from '../../../src-shared/domain/labels.ts'
import type { Column, Tone } from '../../ui/types.ts'
import { strings as t } from './strings.ts'

/** Columns that `datasets.images` can sort by; `row` is the order of the files. */
export type ImageColumn = 'row' | 'patient' | 'age' | 'sex' | 'view'

/** Chips in a cell before the rest is counted. */
const SHOWN = 3

/** Patients name a row better than its file: in CheXpert every second film is a `view1_frontal.jpg`. */
export function imageColumns(hasParts: boolean): Column<DatasetImage>[] {
  const part: Column<DatasetImage> = { key: 'part', title: t.part, width: 84, value: (row) => (row.part ? t.parts[row.part] : '') }
  return [
    { key: 'patient', title: t.patient, width: '3fr', minWidth: 210, sortable: true },
    { key: 'age', title: t.age, width: 66, align: 'end', sortable: true, value: (row) => (row.age === null ? '' : String(row.age)) },
    { key: 'sex', title: t.sex, width: 76, sortable: true, value: (row) => row.sex },
    { key: 'view', title: t.view, width: 92, sortable: true, value: (row) => row.view },
    ...(hasParts ? [part] : []),
    { key: 'labels', title: t.labels, width: '5fr', minWidth: 200 },
  ]
}

interface LabelChip {
  label: Label
  text: string
  tone: Tone
}

const known = new WeakMap<object, ReturnType<typeof chipsOf>>()

/** Chips of a row, made once: a table asks again with every drawing. */
export function labelChips(row: Pick<DatasetImage, 'labels'>): ReturnType<typeof chipsOf> {
  const chips = known.get(row) ?? chipsOf(row)
  known.set(row, chips)
  return chips
}

/** Positive labels first, then the uncertain ones with a question mark; the title says all that the source said. */
function chipsOf({ labels }: Pick<DatasetImage, 'labels'>): { shown: LabelChip[]; more: number; title: string } {
  const of = (raw: 1 | -1): Label[] => LABELS.filter((label) => labels[label] === raw)
  const all: LabelChip[] = [
    ...of(1).map((label) => ({ label, text: label as string, tone: 'positive' as const })),
    ...of(-1).map((label) => ({ label, text: `${label}?`, tone: 'neutral' as const })),
  ]
  const said = LABELS.flatMap((label) => {
    const raw = labels[label]
    return raw === null ? [] : [t.labelTooltip(label, t.values[raw === 1 ? 'positive' : raw === 0 ? 'negative' : 'uncertain'])]
  })
  return { shown: all.slice(0, SHOWN), more: Math.max(0, all.length - SHOWN), title: said.join('\n') }
}
