import type { ModelName } from '../domain/run.ts'

/** Side in pixels of the square of network input that a cell of the last feature maps stands for. */
const STRIDE = 32

/** Steps between the inputs, in pixels of the film, of each convolution or pooling of stride 2 whose padding is symmetric. */
const EVEN_CENTRES = { densenet: [1, 2], everywhere: [1, 2, 4, 8, 16] }

/**
 * How far left of and above its square's middle the centre of what a cell sees lies, in cells. An output i of a 3x3 or 7x7 window with stride 2
 * and symmetric padding is centred on input 2i, half a step before the middle of inputs 2i and 2i + 1; the half steps add up. The 2x2 pooling
 * between DenseNet's blocks is centred. So 1.5 of 32 pixels for a DenseNet, which blurs or pools in the stem only, and 15.5 for a ResNet.
 */
export function cellShift(model: ModelName, blur: 'stem' | 'all' = 'stem'): number {
  const steps = model === 'resnet18' || blur === 'all' ? EVEN_CENTRES.everywhere : EVEN_CENTRES.densenet
  return steps.reduce((sum, step) => sum + step / 2, 0) / STRIDE
}
