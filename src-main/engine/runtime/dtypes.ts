/** TF_DataType and TF_AttrType of the C API, and their names in op definitions and in TensorFlow.js. */
export const DType = {
  float32: 1, float64: 2, int32: 3, uint8: 4, int16: 5, int8: 6, string: 7, complex64: 8, int64: 9, bool: 10,
  bfloat16: 14, uint16: 17, float16: 19, resource: 20,
} as const
export type DTypeName = keyof typeof DType

export const AttrType = { string: 0, int: 1, float: 2, bool: 3, type: 4, shape: 5 } as const

const names = new Map<number, string>(Object.entries(DType).map(([name, number]) => [number, name]))

export const dtypeName = (dtype: number): string => names.get(dtype) ?? `dtype ${dtype}`

/** `float32[8,224,224,3]`, as error messages show it. */
export const describeTensor = ({ dtype, shape }: { dtype: number; shape: readonly number[] | null }): string =>
  `${dtypeName(dtype)}[${shape ? shape.join(',') : '?'}]`
