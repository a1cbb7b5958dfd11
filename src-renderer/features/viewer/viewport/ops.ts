import type { Point } from '../view.ts'

/** What can be done to a film on the screen. Linked films get each other's. */
export type Op =
  | { do: 'fit' | 'reset' | 'invert' | 'flipHorizontal' | 'flipVertical' }
  | { do: 'rotate'; quarters: number }
  | { do: 'pan'; dx: number; dy: number }
  | { do: 'zoom'; factor: number; at?: Point }
  | { do: 'preset'; name: string }
  /** A drag of the window: where it begins, its whole way so far in screen pixels, its end. */
  | { do: 'windowBegin' | 'windowEnd' }
  | { do: 'window'; dx: number; dy: number }
