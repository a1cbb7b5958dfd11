import { defineStore } from 'pinia'
import { ref } from 'vue'
import type { Recipe, RunDraft } from './draft.ts'

/** The new run that is being filled in: kept while one looks at other pages, until it is started or thrown away. */
export const useRunForm = defineStore('runForm', () => {
  const draft = ref<RunDraft | null>(null)
  const recipe = ref<Recipe>('recommended')
  /** Job of the sweep that was made for this draft. */
  const sweep = ref<string | null>(null)

  function open(with_: RunDraft): void {
    draft.value = with_
    recipe.value = 'recommended'
    sweep.value = null
  }
  function clear(): void {
    draft.value = null
    recipe.value = 'recommended'
    sweep.value = null
  }
  return { draft, recipe, sweep, open, clear }
})
