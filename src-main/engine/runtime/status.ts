/** TensorFlow's status codes (gRPC's numbers) as coded errors. */
import { CodedError } from '#shared/errors.ts'
import { describeTensor } from './dtypes.ts'

const CODES: Record<number, string> = {
  1: 'OP_CANCELLED', 3: 'OP_INVALID', 4: 'COLLECTIVE_TIMEOUT', 5: 'OP_UNKNOWN', 8: 'OUT_OF_MEMORY', 9: 'OP_PRECONDITION',
  10: 'COLLECTIVE_UNAVAILABLE', 12: 'OP_UNSUPPORTED', 14: 'COLLECTIVE_UNAVAILABLE',
}

/** What to do about it, where there is one thing to do. */
const REMEDIES: Record<string, string> = {
  COLLECTIVE_UNAVAILABLE: 'A worker died: restart it, re-arm the collectives, and resume from the last checkpoint.',
  COLLECTIVE_TIMEOUT: 'A worker did not join in time: it is frozen or much slower than the others.',
  OUT_OF_MEMORY: 'Use a smaller batch or image size.',
}

interface NativeError extends Error {
  status: number
}

const isNativeError = (error: unknown): error is NativeError => error instanceof Error && typeof (error as Partial<NativeError>).status === 'number'

/** First sentence of TensorFlow's message: the rest is node names and stack hints. */
function firstLine(message: string): string {
  return message.split('\n', 1)[0]!.replace(/\s*( for '\{\{node|\[\[\{\{node|\[Op:|\[\[).*$/, '').trim()
}

/** Anything thrown by the addon while running `op`, as a CodedError that names the op and its inputs. */
export function asCodedError(error: unknown, op: string, inputs: readonly { dtype: number; shape: readonly number[] | null }[]): Error {
  if (error instanceof CodedError) return error
  if (!isNativeError(error)) return error instanceof Error ? error : new Error(String(error))
  const code = CODES[error.status] ?? 'OP_FAILED'
  const shown = inputs.slice(0, 8).map(describeTensor)
  if (inputs.length > shown.length) shown.push(`and ${inputs.length - shown.length} more`)
  return new CodedError(code, `${op}(${shown.join(', ')}): ${firstLine(error.message)}`, { remedy: REMEDIES[code], cause: error })
}
