/** `1.2e-3`, `0.05`, `1e-7`: a rate as one would type it, with two figures. */
export function scientific(rate: number): string {
  if (rate === 0) return '0'
  if (rate >= 0.01) return String(Number(rate.toPrecision(2)))
  return rate.toExponential(1).replace('.0e', 'e')
}
