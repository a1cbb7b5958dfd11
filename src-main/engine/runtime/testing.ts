/** Helpers of the runtime's tests. */
import assert from 'node:assert/strict'
import { CodedError } from '#shared/errors.ts'

/** Every element within `tolerance`, and as many of them. */
export function assertClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number, what = 'values'): void {
  assert.equal(actual.length, expected.length, `${what}: length`)
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs(actual[i]! - expected[i]!)
    assert.ok(difference <= tolerance, `${what}[${i}]: ${actual[i]} is not within ${tolerance} of ${expected[i]}`)
  }
}

/** Predicate for assert.throws and assert.rejects. */
export const coded = (code: string, message?: RegExp) => (error: unknown): boolean => {
  assert.ok(error instanceof CodedError, `not a CodedError: ${String(error)}`)
  assert.equal(error.code, code)
  if (message) assert.match(error.message, message)
  return true
}
