/** Kernels of the Node backend that cannot be traced, done again. */
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
