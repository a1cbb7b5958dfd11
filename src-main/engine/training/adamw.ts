import * as tf from '@tensorflow/tfjs'
import { applyAdam } from '../runtime/variable.ts'
import type { Segment } from './parameters.ts'
import { GROUPS, type Rates } from './schedule.ts'

/** fastai's AdamW: beta 1 comes from the schedule, the other constants are these. */
const BETA_2 = 0.99
const EPSILON = 1e-5
export const WEIGHT_DECAY = 0.01

/** Numbers of one update; they change at every step and so enter the compiled step as one small tensor. */
export const CONTROLS = 4 + GROUPS

/**
 * @param t updates since the moments were nought, counted from 1
 * @returns [beta1, beta1^t, beta2^t, epsilon as TensorFlow places it, rate of each group]
 */
export function controlsOf({ momentum, groups }: Rates, t: number): number[] {
  const beta2Power = BETA_2 ** t
  // TensorFlow adds epsilon before the bias correction of v, PyTorch and fastai after it.
  return [momentum, momentum ** t, beta2Power, EPSILON * Math.sqrt(1 - beta2Power), ...groups]
}

/**
 * One AdamW update in place: p *= 1 - lr wd where the segment decays, then p -= lr / (1 - b1^t) m / (sqrt(v / (1 - b2^t)) + eps).
 * @param controls scalars in the order of `controlsOf`
 */
export function adamw({ value, m, v, group, decays }: Segment, gradient: tf.Tensor1D, controls: readonly tf.Scalar[], weightDecay = WEIGHT_DECAY): void {
  const [beta1, beta1Power, beta2Power, epsilon] = controls as [tf.Scalar, tf.Scalar, tf.Scalar, tf.Scalar]
  const lr = controls[4 + group]!
  if (decays && weightDecay > 0) value.variable.assignSub(tf.mul(value.variable.read(), tf.mul(lr, weightDecay)))
  const state = { variable: value.variable, m: m.variable, v: v.variable }
  applyAdam({ ...state, gradient, lr, beta1, beta2: tf.scalar(BETA_2), beta1Power, beta2Power, epsilon })
}
