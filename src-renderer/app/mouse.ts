/** What the mouse does on a film: gesture and effect. */
export const MOUSE = [
  ['Left drag', 'Window width (across), centre (up raises it)'],
  ['Middle drag', 'Pan'],
  ['Right drag', 'Zoom'],
  ['Wheel', 'Next image; zoom where there is one'],
  ['Double click', 'Fit'],
] as const
