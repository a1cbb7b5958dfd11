/** What the untyped decoders and the low-level half of dicom-parser offer, as far as we use it. */

declare module 'dicom-parser' {
  /** Parses the file meta group; needs the 128-byte preamble and "DICM". */
  export function readPart10Header(bytes: Uint8Array, options?: object): DataSet & { position: number }
  /** Both fill `dataSet.elements` as they go, so what was read before a fault stays readable. They throw strings. */
  export function parseDicomDataSetExplicit(dataSet: DataSet, stream: ByteStream): void
  export function parseDicomDataSetImplicit(dataSet: DataSet, stream: ByteStream): void
  export const littleEndianByteArrayParser: ByteArrayParser
  export const bigEndianByteArrayParser: ByteArrayParser
  export const DataSet: new (parser: ByteArrayParser, bytes: Uint8Array, elements: Record<string, Element>) => DataSet
}

interface EmbindDecoder {
  getEncodedBuffer(length: number): Uint8Array
  decode(): void
  getDecodedBuffer(): Uint8Array
  getFrameInfo(): { width: number; height: number; bitsPerSample: number; componentCount: number; isSigned?: boolean }
  delete(): void
}
interface EmscriptenOptions {
  print?: (line: string) => void
  printErr?: (line: string) => void
}

declare module '@cornerstonejs/codec-charls/decodewasmjs' {
  export default function load(options?: EmscriptenOptions): Promise<{
    JpegLSDecoder: new () => EmbindDecoder & { getInterleaveMode(): number }
  }>
}
declare module '@cornerstonejs/codec-openjpeg/decodewasmjs' {
  export default function load(options?: EmscriptenOptions): Promise<{ J2KDecoder: new () => EmbindDecoder }>
}
declare module '@cornerstonejs/codec-openjph/wasmjs' {
  export default function load(options?: EmscriptenOptions): Promise<{ HTJ2KDecoder: new () => EmbindDecoder }>
}
declare module '@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs' {
  export default function load(options?: EmscriptenOptions): Promise<{ JPEGDecoder: new () => EmbindDecoder }>
}
declare module 'jpeg-lossless-decoder-js' {
  export class Decoder {
    /** Interleaved samples; two bytes each where the stream's precision is over 8. Ignores most faults of the stream. */
    decode(buffer: ArrayBufferLike, offset: number, length: number, bytesPerComponent?: number): Uint8Array | Uint16Array
  }
}

declare module 'dcmjs' {
  const dcmjs: {
    data: {
      DicomMessage: { readFile(buffer: ArrayBufferLike): { dict: Record<string, { vr: string; Value: unknown[] } | undefined> } }
      DicomMetaDictionary: { dictionary: Record<string, { vr: string; name: string } | undefined> }
    }
  }
  export default dcmjs
}
