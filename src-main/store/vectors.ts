/** Vectors in the database are little-endian blobs, as every machine this runs on has them in memory. */
export const toBlob = (values: Float64Array | Float32Array): Buffer => Buffer.from(values.buffer, values.byteOffset, values.byteLength)

/** A copy: the blob's memory may not be aligned. */
export const toVector = (blob: Buffer): Float64Array => new Float64Array(new Uint8Array(blob).buffer)

export const toFloat32 = (blob: Buffer): Float32Array => new Float32Array(new Uint8Array(blob).buffer)
