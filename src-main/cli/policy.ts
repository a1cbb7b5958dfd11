import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { policySchema } from '#shared/contracts/datasets.ts'
import { LABELS } from '#shared/domain/labels.ts'
import type { Policy } from '#shared/domain/labels.ts'
import { CodedError } from '#shared/errors.ts'
import type { Context } from './command.ts'

/** What the help of commands says that read labels. */
export const POLICY_HELP =
  "Labels are read by --policy FILE (JSON, see `dataset labels --help`), else by the policy that was saved with the data set, else by the paper's:\nuncertain and blank as negative, rows without a positive dropped."

/** The policy of a file, else the one saved with the data set, else the paper's. @throws FILE_NOT_FOUND, BAD_POLICY, NOT_FOUND */
export async function policyFor(dataset: string, file: string | undefined, context: Context): Promise<Policy> {
  return file === undefined ? context.services().labels.policy(dataset) : policyIn(resolve(file))
}

/** @throws FILE_NOT_FOUND, BAD_POLICY */
export async function policyIn(file: string): Promise<Policy> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new CodedError('FILE_NOT_FOUND', 'The file of the policy cannot be read.', { file, cause, remedy: 'Name a JSON file.' })
  })
  const bad = (why: string): CodedError => new CodedError('BAD_POLICY', `The policy cannot be used: ${why}.`, { file, remedy: `Give uncertain and blank as zeros, ones or ignore; labels are ${LABELS.join(', ')}.` })
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    throw bad('it is not JSON')
  }
  const policy = policySchema.strict().safeParse(parsed)
  if (policy.success) return policy.data
  throw bad(policy.error.issues.map(({ path, message }) => `${path.length ? `${path.join('.')}: ` : ''}${message}`).join('; '))
}
