/** What speaks against asking a model about a film. */
export const GATE_CODES = ['lateral', 'inverted', 'not-frontal-chest', 'colour', 'low-resolution', 'out-of-distribution'] as const

export type GateCode = (typeof GATE_CODES)[number]

/** One reason, with the figure behind it in words. */
export interface GateReason {
  code: GateCode
  message: string
}

/** A film that was not predicted, and why. */
export interface Refusal {
  /** Id. */
  image: string
  reasons: GateReason[]
}
