import { contract } from '#shared/contracts/index.ts'
import type { Handlers, RequestName } from '#shared/contracts/index.ts'
import { CodedError, toErrorShape } from '#shared/errors.ts'
import type { ErrorShape } from '#shared/errors.ts'

export type Answer = { ok: true; output: unknown } | { ok: false; error: ErrorShape }

/** Validate a request against its contract, run its handler, and make any failure a value. Both hosts pass every message through here. */
export function createDispatch(handlers: Handlers): (name: unknown, input: unknown) => Promise<Answer> {
  return async (name, input) => {
    try {
      if (typeof name !== 'string' || !Object.hasOwn(contract, name)) throw new CodedError('UNKNOWN_REQUEST', 'There is no such request.')
      const key = name as RequestName
      const parsed = contract[key].input.safeParse(input ?? {})
      if (!parsed.success) throw new CodedError('INVALID_REQUEST', `${key}: ${describe(parsed.error.issues)}`)
      const handler = handlers[key] as (payload: unknown) => unknown
      return { ok: true, output: await handler(parsed.data) }
    } catch (error) {
      return { ok: false, error: toErrorShape(error) }
    }
  }
}

/** Names the fields that are wrong, never their values: those may be a patient's. */
function describe(issues: readonly { path: PropertyKey[]; message: string }[]): string {
  return issues.map(({ path, message }) => `${path.map(String).join('.') || 'payload'}: ${message}`).join('; ')
}
