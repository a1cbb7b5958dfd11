/**
 * Coded errors. The code survives every process boundary: serialise with `toErrorShape`, revive with `fromErrorShape`.
 * A message says what happened, to which file or row, and what to do about it; it never carries patient data.
 */
export interface ErrorShape {
  code: string
  message: string
  /** Path of the file that the error is about. */
  file?: string
  /** One-based row of a table, header included. */
  row?: number
  /** What the user can do about it. */
  remedy?: string
}

export class CodedError extends Error {
  readonly code: string
  readonly file?: string
  readonly row?: number
  readonly remedy?: string

  constructor(code: string, message: string, details: Omit<ErrorShape, 'code' | 'message'> & { cause?: unknown } = {}) {
    super(message, { cause: details.cause })
    this.name = 'CodedError'
    this.code = code
    this.file = details.file
    this.row = details.row
    this.remedy = details.remedy
  }
}

/** Plain-object form of any thrown value, or of one that has it already; what carries no code gets `INTERNAL`. */
export function toErrorShape(error: unknown): ErrorShape {
  if (isErrorShape(error)) return error
  if (error instanceof CodedError) {
    const { code, message, file, row, remedy } = error
    return { code, message, ...(file && { file }), ...(row && { row }), ...(remedy && { remedy }) }
  }
  return { code: 'INTERNAL', message: error instanceof Error ? error.message : String(error) }
}

function isErrorShape(error: unknown): error is ErrorShape {
  if (typeof error !== 'object' || error === null || error instanceof Error) return false
  const { code, message } = error as Partial<ErrorShape>
  return typeof code === 'string' && typeof message === 'string'
}

export function fromErrorShape({ code, message, ...details }: ErrorShape): CodedError {
  return new CodedError(code, message, details)
}
