/** Which kernels are used: those of the Node backend that cannot be traced, done again, and where the addon's own cannot be. */
import * as tf from '@tensorflow/tfjs'
import { rawOp1 } from './raw-op.ts'

/** Its GatherV2 reads the indices back to check them; TensorFlow checks them itself. */
export function replaceGather(backendName: string): void {
  tf.unregisterKernel(tf.GatherV2, backendName)
  tf.registerKernel({
    kernelName: tf.GatherV2,
    backendName,
    kernelFunc: ({ inputs, attrs }) => {
      const { x, indices } = inputs as { x: tf.Tensor; indices: tf.Tensor }
      const { axis, batchDims } = attrs as unknown as tf.GatherV2Attrs
      const at = tf.scalar(axis, 'int32')
      try {
        return rawOp1('GatherV2', { batch_dims: batchDims }, [x, indices, at])
      } finally {
        at.dispose()
      }
    },
  })
}

/**
 * TensorFlow 2.9 refuses the shape of an op's second output (its TF_ShapeInferenceContextSetOutput), so that ops of the addon cannot be traced there; 2.10 mended it.
 * Neither has it grappler's oneDNN bfloat16, which 2.10 brought.
 */
export function takesOwnOps(version: string): boolean {
  const [major, minor] = version.split('.').map(Number)
  return major! > 2 || minor! > 9
}
