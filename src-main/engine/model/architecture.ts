import type * as tf from '@tensorflow/tfjs'
import { LABELS } from '#shared/domain/labels.ts'
import type { Head, ModelName } from '#shared/domain/run.ts'
import { DENSENETS, denseEntries, denseFeatures, denseForward, denseGroup } from './densenet.ts'
import type { Entry } from './entries.ts'
import { headEntries, headForward, type HeadShape } from './head.ts'
import type { Scope } from './layers.ts'
import { RESNETS, resEntries, resFeatures, resForward, resGroup } from './resnet.ts'

export interface ArchitectureName {
  model: ModelName
  head: Head
  /** densenetblur121d only: blur in the stem, as the published weights do, or before every step of stride 2, as the paper's text says. */
  blur?: 'stem' | 'all'
  /** The patient's age and sex go into the head beside the film's features. */
  metadata?: boolean
}

/** A network as the rest of the engine sees it. */
export interface Architecture {
  name: ArchitectureName
  /** State in the order of the network; the head comes last. */
  entries: Entry[]
  /** Channels of the last feature maps. */
  features: number
  /** Name of the linear classifier: `<classifier>.weight` and `.bias` with the linear head. */
  classifier: string
  /** Parameter group of an entry: 0 and 1 body, 2 head. */
  group(name: string): number
  /** @param x [n, side, side, 3], normalised @returns [n, side / 32, side / 32, features] */
  body(x: tf.Tensor4D, scope: Scope): tf.Tensor4D
  /** @param metadata [n, 5], of networks that know the patient @returns logits [n, 14] */
  top(features: tf.Tensor4D, scope: Scope, metadata?: tf.Tensor2D): tf.Tensor2D
}

export function architecture(name: ArchitectureName): Architecture {
  const { model, head, blur, metadata = false } = name
  const body = model === 'resnet18' ? resnet() : densenet(model, blur)
  const shape: HeadShape = { head, classifier: body.classifier, metadata }
  const top = headEntries(shape, body.features, LABELS.length)
  const headNames = new Set(top.map((entry) => entry.name))
  return {
    name,
    entries: [...body.entries, ...top],
    features: body.features,
    classifier: body.classifier,
    group: (entry) => (headNames.has(entry) ? 2 : body.group(entry)),
    body: body.forward,
    top: (features, scope, patients) => headForward(shape, features, scope, patients),
  }
}

/** Logits [n, 14] of normalised images [n, side, side, 3] and, of networks that know the patient, metadata [n, 5]. */
export function forward(net: Architecture, x: tf.Tensor4D, scope: Scope, metadata?: tf.Tensor2D): tf.Tensor2D {
  return net.top(net.body(x, scope), scope, metadata)
}

interface Body {
  entries: Entry[]
  features: number
  classifier: string
  group(name: string): number
  forward(x: tf.Tensor4D, scope: Scope): tf.Tensor4D
}

function densenet(model: keyof typeof DENSENETS, blur: ArchitectureName['blur']): Body {
  const net = blur ? { ...DENSENETS[model], blur } : DENSENETS[model]
  return { entries: denseEntries(net), features: denseFeatures(net), classifier: 'classifier', group: denseGroup, forward: (x, scope) => denseForward(net, x, scope) }
}

function resnet(): Body {
  const net = RESNETS.resnet18
  return { entries: resEntries(net), features: resFeatures(net), classifier: 'fc', group: resGroup, forward: (x, scope) => resForward(net, x, scope) }
}
