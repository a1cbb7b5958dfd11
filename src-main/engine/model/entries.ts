/**
 * A network's state as a flat list. Names are the checkpoint keys of timm; shapes are those in memory, which differ from the checkpoint's
 * for convolutions only: HWIO here, OIHW there.
 */
export type Role =
  | 'conv'
  | 'linear'
  /** Linear layer's bias. */
  | 'bias'
  /** Batch norm's gamma and beta. */
  | 'scale'
  | 'shift'
  /** Batch norm's running statistics: state that is not trained by gradients. */
  | 'mean'
  | 'variance'

export interface Entry {
  name: string
  role: Role
  shape: number[]
}

/** Square kernel without bias, as every convolution of these networks is. */
export function conv(name: string, inputs: number, outputs: number, kernel: number): Entry[] {
  return [{ name: `${name}.weight`, role: 'conv', shape: [kernel, kernel, inputs, outputs] }]
}

export function norm(name: string, channels: number): Entry[] {
  const shape = [channels]
  return [
    { name: `${name}.weight`, role: 'scale', shape },
    { name: `${name}.bias`, role: 'shift', shape },
    { name: `${name}.running_mean`, role: 'mean', shape },
    { name: `${name}.running_var`, role: 'variance', shape },
  ]
}

export function linear(name: string, inputs: number, outputs: number, bias: boolean): Entry[] {
  const weight: Entry = { name: `${name}.weight`, role: 'linear', shape: [outputs, inputs] }
  return bias ? [weight, { name: `${name}.bias`, role: 'bias', shape: [outputs] }] : [weight]
}

export const isTrained = ({ role }: Entry): boolean => role !== 'mean' && role !== 'variance'

/** Weight decay spares norms and biases (fastai). */
export const decays = ({ role }: Entry): boolean => role === 'conv' || role === 'linear'

export const sizeOf = ({ shape }: Entry): number => shape.reduce((a, b) => a * b, 1)
