import * as tf from '@tensorflow/tfjs'
import { rawOp1 } from '../runtime/raw-op.ts'

/**
 * The paper's augmentation (fastai's `aug_transforms`: rotate 20, zoom 1.2, warp .2, lighting .3, p .75, no flips), on the device: every
 * random parameter goes into one 3x3 homography, so that each film is resampled once.
 * Coordinates are in [-1, 1]^2 over the pixel centres, x to the right; a homography maps output to input.
 */
const PROBABILITY = 0.75
const ROTATION = (20 * Math.PI) / 180
const ZOOM = 1.2
const WARP = 0.2
const LIGHTING = 0.3

const IMAGENET_MEAN = [0.485, 0.456, 0.406]
const IMAGENET_STD = [0.229, 0.224, 0.225]

/** Uniform numbers that one image takes. */
export const DRAWS = 14

/** The warp and rotation reach no further than this beyond the film's edge, in its sides. */
const MARGIN = 0.6

export interface Augmentation {
  /** [n, 9] rows of the 3x3 homography, h33 not normalised. */
  homography: tf.Tensor2D
  /** [n, 1]: b of the lighting, .5 is neutral. */
  brightness: tf.Tensor2D
  /** [n, 1]: c of the lighting, 1 is neutral. */
  contrast: tf.Tensor2D
}

/** @param draws uniform in [0, 1), [n, DRAWS]: pairs of mask and value for rotation, zoom, warp x, warp y, brightness, contrast, then the zoom's centre */
export function augmentation(draws: tf.Tensor2D): Augmentation {
  const u = tf.split(draws, DRAWS, 1) as tf.Tensor2D[]
  const draw = (i: number, low: number, high: number, neutral: number): tf.Tensor2D => {
    const value = tf.add(tf.mul(u[i + 1]!, high - low), low)
    return tf.where(tf.less(u[i]!, PROBABILITY), value, tf.fill(value.shape, neutral)) as tf.Tensor2D
  }
  const angle = draw(0, -ROTATION, ROTATION, 0)
  const scale = tf.div(1, draw(2, 1, ZOOM, 1)) as tf.Tensor2D
  const [x, y] = [draw(4, -WARP, WARP, 0), draw(6, -WARP, WARP, 0)]
  const affine = multiply(rotation(angle), zoom(scale, u[12]!, u[13]!))
  return {
    homography: tf.concat(multiply(warp(x, y), affine), 1),
    brightness: draw(8, 0.5 * (1 - LIGHTING), 0.5 * (1 + LIGHTING), 0.5),
    contrast: tf.exp(draw(10, Math.log(1 - LIGHTING), -Math.log(1 - LIGHTING), 0)),
  }
}

/** Nine columns [n, 1], row by row. */
type Matrix = tf.Tensor2D[]

function rotation(angle: tf.Tensor2D): Matrix {
  const [c, s, o, i] = [tf.cos(angle), tf.sin(angle), tf.zerosLike(angle), tf.onesLike(angle)]
  return [c, s, o, tf.neg(s), c, o, o, o, i]
}

/** Scale about a centre drawn per axis. */
function zoom(scale: tf.Tensor2D, u: tf.Tensor2D, v: tf.Tensor2D): Matrix {
  const shift = (w: tf.Tensor2D): tf.Tensor2D => tf.mul(tf.sub(1, scale), tf.sub(tf.mul(w, 2), 1))
  const [o, i] = [tf.zerosLike(scale), tf.onesLike(scale)]
  return [scale, o, shift(u), o, scale, shift(v), o, o, i]
}

/**
 * The homography that sends (-1-y, -1-x), (-1+y, 1+x), (1+y, -1+x), (1-y, 1-x) to (-1, -1), (-1, 1), (1, -1), (1, 1). Its inverse sends a corner
 * (a, b) to (a - y ab, b - x ab) and is therefore [[1 - yy, -xy, x], [-xy, 1 - xx, y], [x, y, 1]]; this is the adjugate of that.
 */
function warp(x: tf.Tensor2D, y: tf.Tensor2D): Matrix {
  const [xx, yy] = [tf.square(x), tf.square(y)]
  const xy2: tf.Tensor2D = tf.mul(tf.mul(x, y), 2)
  const d = tf.sub(tf.sub(1, xx), yy) as tf.Tensor2D
  const right = tf.neg(tf.mul(x, tf.add(tf.sub(1, xx), yy))) as tf.Tensor2D
  const down = tf.neg(tf.mul(y, tf.add(tf.sub(1, yy), xx))) as tf.Tensor2D
  return [d, xy2, right, xy2, d, down, right, down, d]
}

function multiply(a: Matrix, b: Matrix): Matrix {
  return Array.from({ length: 9 }, (_, cell) => {
    const [row, col] = [Math.floor(cell / 3), cell % 3]
    return tf.addN([0, 1, 2].map((k) => tf.mul(a[3 * row + k]!, b[3 * k + col]!))) as tf.Tensor2D
  })
}

/**
 * Films as the network sees them in training.
 * @param films [n, side, side, 1 or 3] in [0, 1]
 * @returns [n, side, side, 3], normalised
 */
export function augment(films: tf.Tensor4D, { homography, brightness, contrast }: Augmentation): tf.Tensor4D {
  const n = films.shape[0]
  const each = (values: tf.Tensor2D): tf.Tensor4D => tf.reshape(values, [n, 1, 1, 1])
  const logit = (x: tf.Tensor4D): tf.Tensor4D => tf.log(tf.div(x, tf.sub(1, x)))
  const light = logit(tf.clipByValue(resample(films, homography), 1e-7, 1 - 1e-7))
  return normalise(tf.sigmoid(tf.mul(tf.add(light, logit(each(brightness))), each(contrast))))
}

/**
 * Bilinear sampling through the homography, with reflection about the centres of the edge pixels. The op's own reflection repeats the edge
 * pixel, so the films are mirrored into a margin first.
 */
function resample(films: tf.Tensor4D, homography: tf.Tensor2D): tf.Tensor4D {
  const side = films.shape[1]
  const margin = Math.min(side - 1, Math.ceil(MARGIN * side))
  const framed = tf.mirrorPad(films, [[0, 0], [margin, margin], [margin, margin], [0, 0]], 'reflect')
  // Pixels p = half c + half; c = p / half - 1 on the way in, p = half c + half + margin on the way out.
  const half = (side - 1) / 2
  const h = tf.split(homography, 9, 1) as tf.Tensor2D[]
  const entering = [0, 1, 2].flatMap((row) => {
    const [a, b, c] = h.slice(3 * row, 3 * row + 3) as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D]
    return [tf.div(a, half), tf.div(b, half), tf.sub(c, tf.add(a, b))]
  })
  const leaving = entering.map((cell, i) => (i < 6 ? tf.add(tf.mul(cell, half), tf.mul(entering[6 + (i % 3)]!, half + margin)) : cell))
  const transforms = tf.concat(leaving.slice(0, 8).map((cell) => tf.div(cell, leaving[8]!) as tf.Tensor2D), 1)
  const size = tf.tensor1d([side, side], 'int32')
  return rawOp1('ImageProjectiveTransformV3', { interpolation: 'BILINEAR', fill_mode: 'CONSTANT' }, [framed, transforms, size, tf.scalar(0)])
}

/** ImageNet normalisation, by channel; a grey film is the same in all three. @param films [n, side, side, 1 or 3] in [0, 1] */
export function normalise(films: tf.Tensor4D): tf.Tensor4D {
  return tf.div(tf.sub(films, IMAGENET_MEAN), IMAGENET_STD)
}

export const PREPROCESSING = { resize: 'squish', interpolation: 'triangle, antialiased', mean: IMAGENET_MEAN, std: IMAGENET_STD, channels: 'RGB, grey replicated' }
