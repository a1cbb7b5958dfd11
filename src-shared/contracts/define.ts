import type { z } from 'zod'

/**
 * One request of a contract: the schema that checks its payload at the boundary, and the type of its answer.
 * The renderer imports contracts as types only, so that no schema code (which probes `new Function`) meets its CSP.
 */
export interface Request<I extends z.ZodType, O> {
  readonly input: I
  /** Carries the type of the answer; never set. */
  readonly output?: O
}

/** `request<Answer>()(schema)`: two calls because TypeScript infers either all type arguments or none. */
export function request<O>() {
  return <I extends z.ZodType>(input: I): Request<I, O> => ({ input })
}

export type Contract = Record<string, Request<z.ZodType, unknown>>

/** What the caller sends: defaults may be left out. */
export type InputOf<R> = R extends Request<infer I, unknown> ? z.input<I> : never
/** What the handler receives: defaults filled in. */
export type ParsedOf<R> = R extends Request<infer I, unknown> ? z.output<I> : never
export type OutputOf<R> = R extends Request<z.ZodType, infer O> ? O : never

/** One handler for every request of a contract; a missing one does not compile. */
export type HandlersOf<C extends Contract> = {
  [K in keyof C]: (input: ParsedOf<C[K]>) => OutputOf<C[K]> | Promise<OutputOf<C[K]>>
}
