import type { ModelName } from '#shared/domain/run.ts'

/** ImageNet weights that timm publishes of a network. */
export interface Published {
  /** On the hub that the settings name. */
  repository: string
  /** Commit, or a branch where the full commit is not known; the digest pins the content either way. */
  revision: string
  file: string
  sha256: string
  megabytes: number
  licence: string
}

const file = 'model.safetensors'
const licence = 'Apache-2.0'

/** Digests as the hub's pages of these files state them. densenetblur121d's repository has one commit with files, 196e479; of densenet121d nothing was ever published. */
export const PUBLISHED: Readonly<Record<ModelName, Published | null>> = {
  densenetblur121d: { repository: 'timm/densenetblur121d.ra_in1k', revision: 'main', file, licence, megabytes: 32.4, sha256: '4716c50991d45c514a6520877e77f3d795694a134fffd6785654240b559e6ca8' },
  densenet121d: null,
  densenet121: { repository: 'timm/densenet121.tv_in1k', revision: 'main', file, licence, megabytes: 32.3, sha256: 'c894c6d9caa317a8ca1942986dee7a16a86c77734a4d691d2abe05389cfef358' },
  resnet18: { repository: 'timm/resnet18.a1_in1k', revision: 'ebd61f9c7420e5b5b53262b8ce6bbe311e1e872a', file, licence, megabytes: 46.8, sha256: '80c49dee3da4822c009c5a7fe591e9223c5a2cfcf95a4067ca4dfb5a7b89c612' },
}

/** @param hub address of the hub or of a mirror with its paths */
export const addressOf = ({ repository, revision, file: name }: Published, hub: string): string => `${hub.replace(/\/+$/, '')}/${repository}/resolve/${revision}/${name}`

/** The file in words: which one to bring. */
export function describePublished(model: ModelName): string {
  const published = PUBLISHED[model]
  if (!published) return `a safetensors or .pth file of timm's ${model} (none was published)`
  const { repository, file: name, megabytes, licence: terms } = published
  return `${name} of ${repository} (${megabytes} MB, ${terms})`
}
