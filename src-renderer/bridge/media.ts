type Query = Record<string, string | number | undefined>

/** Address of pixels or a file under `/media`: `media(['thumbnail', id], { size: 160 })`. Each part is escaped. */
export function media(parts: string[], query: Query = {}): string {
  const params = new URLSearchParams()
  for (const [key, value] of Object.entries(query)) if (value !== undefined) params.set(key, String(value))
  const text = params.toString()
  return `/media/${parts.map(encodeURIComponent).join('/')}${text ? `?${text}` : ''}`
}
