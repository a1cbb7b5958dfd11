import type { HandlersOf } from '#shared/contracts/define.ts'
import type { studiesContract } from '#shared/contracts/studies.ts'
import type { Services } from '../index.ts'

export function studiesHandlers({ studies, samples, store, pool }: Services): HandlersOf<typeof studiesContract> {
  return {
    'studies.list': (query) => studies.list(query),
    'studies.get': ({ study }) => studies.get(study),
    'studies.remove': ({ studies: ids }) => ({ removed: studies.remove(ids) }),
    'studies.removeSamples': () => samples.remove(),
    'studies.loadSamples': () => ({ job: samples.load().id }),
    'images.get': ({ image }) => studies.image(image),
    'images.display': ({ image }) => {
      const { path } = store.images.get(image)
      return path === null ? { greyscale: null, overlays: [] } : pool.run({ task: 'viewerDisplay', path })
    },
    'images.tags': async ({ image }) => {
      const { path } = store.images.get(image)
      return path === null ? [] : pool.run({ task: 'tags', path })
    },
  }
}
