import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type { ImageRow, StudyDetail } from '../../../src-shared/domain/study.ts'
import { call } from '../../bridge/index.ts'

/** The study on the screen and its image. */
export const useViewer = defineStore('viewer', () => {
  const study = shallowRef<StudyDetail | null>(null)
  const error = shallowRef<unknown>(null)
  const imageId = ref<string | null>(null)
  const images = computed<ImageRow[]>(() => study.value?.imagesOf ?? [])
  const image = computed(() => images.value.find(({ id }) => id === imageId.value) ?? null)
  const index = computed(() => images.value.findIndex(({ id }) => id === imageId.value))

  /** @param wanted the image to begin with; else the one that was open, else the cover */
  async function open(id: string, wanted?: string): Promise<void> {
    try {
      const answer = await call('studies.get', { study: id })
      const kept = study.value?.id === answer.id ? imageId.value : null
      const first = [wanted, kept, answer.coverImage].find((candidate) => answer.imagesOf.some((row) => row.id === candidate))
      study.value = answer
      error.value = null
      imageId.value = first ?? answer.imagesOf[0]?.id ?? null
    } catch (problem) {
      study.value = null
      imageId.value = null
      error.value = problem
    }
  }
  function choose(id: string): void {
    imageId.value = id
  }
  /** The next or previous image; stays where there is none. */
  function step(by: 1 | -1): void {
    const next = images.value[index.value + by]
    if (next) choose(next.id)
  }

  return { study, error, imageId, image, images, index, open, choose, step }
})
