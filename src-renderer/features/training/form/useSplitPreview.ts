import { onScopeDispose, shallowRef, watch, type Ref } from 'vue'
import { call } from '../../../bridge/index.ts'
import type { Split } from '../../../../src-shared/domain/dataset.ts'
import { ratiosProblem } from '../../datasets/splitForm.ts'
import type { RunDraft } from './draft.ts'
import { usesRatios } from './runForm.ts'

const WAIT_MS = 400

/** The split that a draft asks for: it is made (or found) as soon as the form rests, so that its leak shows before the start. */
export function useSplitPreview(draft: Ref<RunDraft | null>) {
  const split = shallowRef<Split>()
  const error = shallowRef<unknown>(null)
  const busy = shallowRef(false)
  let timer: ReturnType<typeof setTimeout> | undefined
  let question = 0

  async function ask({ dataset, split: by, splitSeed, ratios, preset, policy }: RunDraft): Promise<void> {
    const mine = ++question
    const shares = usesRatios({ split: by, preset }) ? { ratios: ratios as [number, number, number] } : {}
    try {
      const made = await call('datasets.split', { dataset, by, seed: splitSeed!, policy, ...shares, ...(by === 'image' && preset === 'as-released' && { preset }) })
      if (mine === question) split.value = made
    } catch (problem) {
      if (mine === question) error.value = problem
    }
    if (mine === question) busy.value = false
  }

  watch(
    () => {
      const { dataset, split: by, splitSeed, ratios, preset, policy } = draft.value ?? {}
      return JSON.stringify([dataset, by, splitSeed, ratios, preset, policy])
    },
    () => {
      clearTimeout(timer)
      question++
      split.value = undefined
      error.value = null
      const now = draft.value
      const ready = now !== null && Number.isInteger(now.splitSeed) && now.splitSeed! >= 0 && (!usesRatios(now) || !ratiosProblem(now.ratios))
      busy.value = ready
      if (ready) timer = setTimeout(() => void ask(now), WAIT_MS)
    },
    { immediate: true },
  )
  onScopeDispose(() => {
    clearTimeout(timer)
    question++
  })
  return { split, error, busy }
}
