import { basename } from 'node:path'
import type { SkippedFile } from '#shared/domain/job.ts'
import { toErrorShape } from '#shared/errors.ts'

export interface SkippedRow extends SkippedFile {
  /** A set keeps one reason a path: rows that name no film have the table's, and are told apart by their number. */
  inSet: string
}

/** What the user can do, for errors that do not say it themselves. */
const REMEDIES: Record<string, string> = {
  FILE_NOT_FOUND: 'Put the film where the row says, or import the labels only.',
  BAD_ROW: 'Correct the row and import again.',
  BAD_LABEL: 'Correct the cell and import again.',
  DUPLICATE_ROW: 'Remove one of the two rows.',
  NO_LABELS: 'Give the film labels, or open it as a study.',
  CORRUPT_IMAGE: 'Fetch the film again from where it came.',
}

/** An error as it is listed: file, row with its table, reason and remedy. */
export function skippedRow(error: unknown, path: string, table: string): SkippedRow {
  const { code, message, file = path, row, remedy = REMEDIES[code] } = toErrorShape(error)
  const reason = /^Row \d/.test(message) || !row ? message : `Row ${row}: ${message}`
  const told = reason.replace(/^Row \d+/, (words) => `${words} of ${basename(table)}`)
  return { path: file, code, message: [told, remedy].filter(Boolean).join(' '), inSet: file === table && row ? `${file}, row ${row}` : file }
}

/** The same for what is no row of a table. */
export function skippedFile(error: unknown, path: string): SkippedFile {
  const { code, message, file = path, remedy = REMEDIES[code] } = toErrorShape(error)
  return { path: file, code, message: [message, remedy].filter(Boolean).join(' ') }
}
