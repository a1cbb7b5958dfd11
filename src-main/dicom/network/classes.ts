export const VERIFICATION = '1.2.840.10008.1.1'

const STORAGE = '1.2.840.10008.5.1.4.1.1.'

/**
 * Storage SOP classes whose instances are pictures that the reader opens (PS3.4 table B.5-1), by what follows their common root:
 * radiography, secondary captures, and the sections and visible light that come with them. Reports, plans and waveforms hold no film.
 */
const PICTURES = new Set(
  ['1', '1.1', '1.1.1', '1.2', '1.2.1', '1.3', '1.3.1', '2', '2.1', '2.2', '3.1', '4', '4.1', '4.3', '6.1', '6.2', '7', '7.1', '7.2', '7.3', '7.4', '12.1', '12.1.1', '12.2', '12.2.1', '13.1.1', '13.1.2', '13.1.3', '13.1.4', '13.1.5', '20', '77.1.1', '77.1.4', '128', '130', '481.1'].map((last) => STORAGE + last),
)

export const isPictureClass = (uid: string): boolean => PICTURES.has(uid)

/** PS3.5 section 9.1. It names files and folders, so nothing else may pass. */
export const isUid = (text: string): boolean => text.length <= 64 && /^(0|[1-9]\d*)(\.(0|[1-9]\d*))+$/.test(text)

/** An AE title: 1 to 16 characters without backslash and control characters, spaces around them without meaning (PS3.5 section 6.2). */
export const isAeTitle = (text: string): boolean => /^[\x20-\x5b\x5d-\x7e]{1,16}$/.test(text) && text.trim() === text
