/**
 * Text for an attribute of one line, such as SH (16 characters) or LO (64): without the backslash, which would part it into values, and
 * without control characters; cut to what fits (PS3.5 section 6.2).
 */
export function line(text: string, most: 16 | 64): string {
  const clean = text.replaceAll('\\', '/').replaceAll(/[\u0000-\u001f\u007f]+/g, ' ').trim()
  return [...clean].slice(0, most).join('')
}

/** Text of any length (UT): lines end in CR LF, of the other control characters only form feed may stay (PS3.5 section 6.1.3). */
export function prose(text: string): string {
  return text.replaceAll(/\r\n?|\n/g, '\r\n').replaceAll(/[\u0000-\u0009\u000b\u000e-\u001f\u007f]/g, ' ')
}
