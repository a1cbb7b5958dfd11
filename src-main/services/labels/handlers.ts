import type { HandlersOf } from '#shared/contracts/define.ts'
import type { labelsContract } from '#shared/contracts/labels.ts'
import type { Services } from '../index.ts'

export function labelsHandlers({ labels }: Pick<Services, 'labels'>): HandlersOf<typeof labelsContract> {
  return {
    'labels.preview': (request) => labels.preview(request),
    'labels.edit': (request) => labels.edit(request),
    'labels.undo': ({ change }) => labels.undo(change),
    'labels.history': ({ dataset, limit, offset }) => labels.history(dataset, limit, offset),
    'labels.ofImage': ({ row }) => labels.ofImage(row),
    'labels.policies': () => labels.policies(),
    'labels.setPolicy': ({ dataset, policy }) => labels.setPolicy(dataset, policy),
  }
}
