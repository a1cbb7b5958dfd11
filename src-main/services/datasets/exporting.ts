import type { SplitPart } from '#shared/domain/dataset.ts'
import { CHEXPERT_ORDER, IGNORED, LABELS, target } from '#shared/domain/labels.ts'
import type { Policy } from '#shared/domain/labels.ts'
import type { StoredFilter } from '#main/store/browse/conditions.ts'
import type { Store } from '#main/store/index.ts'
import type { ExportRow } from '#main/store/repositories/datasetCopies.ts'
import { PARTS } from '#main/store/repositories/splits.ts'

/** Rows written at a time, so that a set of any size needs the memory of a few. */
const BATCH = 1000

const HEADER = ['Path', 'Sex', 'Age', 'Frontal/Lateral', 'AP/PA', ...CHEXPERT_ORDER, 'Patient', 'Study', 'Part']

/**
 * The rows that meet a filter as CheXpert writes label files (RFC 4180, values of the filter's reading, blank for not mentioned), then patient, study and part:
 * what comes out can be imported again.
 * @param policy with it the rows that it keeps, with the targets of a run: 1, 0, and blank for what is not counted
 */
export async function* csvOf(store: Store, dataset: number, filter: StoredFilter, policy?: Policy): AsyncGenerator<string> {
  const keys = store.datasetImages.matching(dataset, filter)
  const parts = filter.split === undefined ? null : store.splits.partsOf(filter.split)
  const partOf = ({ row, part }: ExportRow): SplitPart | null => (parts ? (PARTS[parts[row]!] ?? null) : part)
  yield line(HEADER)
  for (let at = 0; at < keys.length; at += BATCH) {
    const rows = store.datasetCopies.rows([...keys.subarray(at, at + BATCH)], filter.reading)
    yield (policy ? rows.flatMap((row) => readUnder(policy, row)) : rows).map((row) => line(cells(row, partOf(row)))).join('')
    await new Promise(setImmediate)
  }
}

function readUnder(policy: Policy, row: ExportRow): ExportRow[] {
  const targets = LABELS.map((label) => target(row.labels[label], policy, label))
  if (policy.dropWithoutPositive && !targets.includes(1)) return []
  return [{ ...row, labels: Object.fromEntries(LABELS.map((label, i) => [label, targets[i] === IGNORED ? null : targets[i]])) as ExportRow['labels'] }]
}

function cells(row: ExportRow, part: SplitPart | null): string[] {
  const [side = '', ...projection] = row.view.split(' ')
  const labels = CHEXPERT_ORDER.map((label) => row.labels[label]?.toFixed(1) ?? '')
  return [row.path, row.sex, row.age === null ? '' : String(row.age), side, projection.join(' '), ...labels, row.patient, row.study, part ?? '']
}

export const line = (values: readonly string[]): string => `${values.map((value) => (/[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value)).join(',')}\r\n`
