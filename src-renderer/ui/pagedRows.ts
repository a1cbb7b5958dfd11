import { ref, shallowRef, type Ref, type ShallowRef } from 'vue'

export interface PagedRows<Row> {
  /** Sparse: what is not loaded yet is undefined. */
  rows: Readonly<ShallowRef<readonly (Row | undefined)[]>>
  total: Readonly<Ref<number>>
  /** False until the first answer; the old rows stay in sight while a new question is answered. */
  ready: Readonly<Ref<boolean>>
  error: Readonly<ShallowRef<unknown>>
  /** Ask the question anew; answers that arrive for the old one are dropped. */
  reload(): Promise<void>
  /** Load what is missing between two rows. */
  need(start: number, end: number): void
}

/** Pages that are kept at a time. */
const MOST_PAGES = 64

/** Rows of a long list, fetched page by page as they come into sight. */
export function pagedRows<Row>(fetchPage: (offset: number, limit: number) => Promise<{ total: number; rows: Row[] }>, pageSize = 200): PagedRows<Row> {
  const rows = shallowRef<readonly (Row | undefined)[]>([])
  const total = ref(0)
  const ready = ref(false)
  const error = shallowRef<unknown>(null)
  let question = 0
  let asked = new Set<number>()

  async function load(page: number, fresh: boolean): Promise<void> {
    const mine = question
    asked.add(page)
    try {
      const answer = await fetchPage(page * pageSize, pageSize)
      if (mine !== question) return
      // Never holes: a copy of a list without them is one move of memory, so that a page more costs a frame nothing at a million rows.
      const same = !fresh && rows.value.length === answer.total
      const next = same ? rows.value.slice() : Array.from({ length: answer.total }, (_, index) => (fresh ? undefined : rows.value[index]))
      for (const [index, row] of answer.rows.entries()) next[page * pageSize + index] = row
      forgetFar(next, page)
      rows.value = next
      total.value = answer.total
      error.value = null
    } catch (problem) {
      if (mine === question) error.value = problem
    }
    if (mine === question) ready.value = true
  }

  /** Pages far from what is looked at make room: they are fetched again when they come back into sight. */
  function forgetFar(all: (Row | undefined)[], page: number): void {
    while (asked.size > MOST_PAGES) {
      const far = [...asked].reduce((most, other) => (Math.abs(other - page) > Math.abs(most - page) ? other : most))
      asked.delete(far)
      all.fill(undefined, far * pageSize, (far + 1) * pageSize)
    }
  }

  return {
    rows,
    total,
    ready,
    error,
    async reload() {
      question++
      asked = new Set()
      await load(0, true)
    },
    need(start, end) {
      if (!ready.value) return
      for (let page = Math.floor(start / pageSize); page <= Math.floor(end / pageSize); page++) {
        if (!asked.has(page)) void load(page, false)
      }
    },
  }
}
