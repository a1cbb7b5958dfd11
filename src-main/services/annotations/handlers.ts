import type { annotationsContract } from '#shared/contracts/annotations.ts'
import type { HandlersOf } from '#shared/contracts/define.ts'
import type { Services } from '../index.ts'

export function annotationsHandlers({ annotations }: Services): HandlersOf<typeof annotationsContract> {
  return {
    'annotations.ofImage': ({ image }) => annotations.ofImage(image),
    'annotations.save': (annotation) => annotations.save(annotation),
    'annotations.remove': ({ id }) => {
      annotations.remove(id)
      return null
    },
  }
}
