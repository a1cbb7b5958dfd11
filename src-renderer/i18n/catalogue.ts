/** Text of a surface: plain strings, lists of them, and functions for what carries numbers or names. */
export type Strings = { [key: string]: string | readonly string[] | ((...args: never[]) => string) | Strings }

const joined = new Map<string, Strings>()

/** Register the English catalogue of one feature (its `strings.ts`) and answer it, typed. */
export function defineStrings<S extends Strings>(feature: string, english: S): S {
  joined.set(feature, english)
  return english
}

/** Every catalogue loaded so far, by feature. */
export const catalogues: ReadonlyMap<string, Strings> = joined

/** `plural(2, 'image')` -> `2 images`; numbers are grouped. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`
}
