/** TensorFlow.js and its Node backend, without the stock addon that its index would load. */
import { createRequire } from 'node:module'
import nodeUtil from 'node:util'
import * as tf from '@tensorflow/tfjs'
import { CodedError } from '#shared/errors.ts'
import type { OutputMetadata } from './addon.ts'
import type { Binding } from './binding.ts'

export const BACKEND = 'tensorflow'

/** Its kernels call two helpers of Node's `util`, of which Node 23 removed one and deprecated the other. */
function restoreUtil(): void {
  const util = nodeUtil as unknown as Record<string, unknown>
  util.isNullOrUndefined ??= (value: unknown): boolean => value == null
  util.isArray = Array.isArray
}

/** The part of its NodeJSKernelBackend that we call; the declarations mark it private. */
interface NodeBackend extends tf.KernelBackend {
  readonly binding: Binding
  getDTypeInteger(dtype: tf.DataType): number
  getInputTensorIds(tensors: tf.Tensor[]): number[]
  createOutputTensor(metadata: OutputMetadata): tf.Tensor
}

interface BackendModule {
  NodeJSKernelBackend: new (binding: Binding, packageName: string) => NodeBackend
}

export async function registerBackend(binding: Binding): Promise<void> {
  restoreUtil()
  const require = createRequire(import.meta.url)
  const { NodeJSKernelBackend: Backend } = require('@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend.js') as BackendModule
  tf.registerBackend(BACKEND, () => new Backend(binding, '@tensorflow/tfjs-node-gpu'))
  if (!(await tf.setBackend(BACKEND))) throw new CodedError('RUNTIME_FAILED', 'TensorFlow.js did not accept the backend.')
  require('@tensorflow/tfjs-node-gpu/dist/register_all_kernels.js') // binds the kernels to the backend's name
}

function openBackend(): NodeBackend {
  const backend = tf.findBackend(BACKEND) as NodeBackend | null
  if (!backend) throw new CodedError('RUNTIME_CLOSED', 'No TensorFlow runtime is open in this process.', { remedy: 'Call openRuntime first.' })
  return backend
}

/** The binding behind the backend in use. */
export const openBinding = (): Binding => openBackend().binding

/** Ids of the tensors, uploading what TensorFlow.js still holds back in JavaScript. */
export const tensorIds = (tensors: readonly tf.Tensor[]): number[] => openBackend().getInputTensorIds([...tensors])

/** A tensor of TensorFlow.js over what the binding returned. */
export const tensorFrom = (metadata: OutputMetadata): tf.Tensor => openBackend().createOutputTensor(metadata)

/** TF_DataType of a data type of TensorFlow.js. */
export const dtypeNumber = (dtype: tf.DataType): number => openBackend().getDTypeInteger(dtype)
