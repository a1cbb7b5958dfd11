import type { Subgroup } from '#shared/domain/evaluation.ts'
import type { JudgedFilm } from '#main/store/repositories/evaluations.ts'

/** A subgroup and the places of its films in the list. */
export interface Group extends Pick<Subgroup, 'by' | 'name'> {
  members: number[]
}

/** Years from which a band begins. */
const BANDS = [0, 18, 40, 60, 80]

export const UNKNOWN = 'unknown'

/** Every film in one group of each kind; kinds in which all films are alike say nothing and are left out. */
export function groupsOf(films: readonly JudgedFilm[]): Group[] {
  const kinds: [Subgroup['by'], (film: JudgedFilm) => string][] = [
    ['sex', ({ sex }) => sex || UNKNOWN],
    ['age', ({ age }) => bandOf(age)],
    ['view', ({ view }) => view || UNKNOWN],
  ]
  return kinds.flatMap(([by, nameOf]) => {
    const groups = new Map<string, number[]>()
    films.forEach((film, i) => {
      const name = nameOf(film)
      const members = groups.get(name)
      if (members) members.push(i)
      else groups.set(name, [i])
    })
    if (groups.size < 2) return []
    return [...groups].map(([name, members]) => ({ by, name, members })).sort((a, b) => order(a.name, b.name))
  })
}

function bandOf(age: number | null): string {
  if (age === null) return UNKNOWN
  const at = BANDS.findLastIndex((from) => age >= from)
  const next = BANDS[at + 1]
  return next === undefined ? `${BANDS[at]} and over` : `${BANDS[at]} to ${next - 1}`
}

/** By name, numbers as numbers, the unknown last. */
function order(a: string, b: string): number {
  return Number(a === UNKNOWN) - Number(b === UNKNOWN) || a.localeCompare(b, 'en', { numeric: true })
}
