import type { Socket } from 'node:net'
import { decodePdu, encodePdu, invalidPdu } from './pdu.ts'
import type { Pdu } from './pdu.ts'

/** Bytes that we take in one P-DATA-TF, and say so. */
export const MAX_LENGTH = 1 << 17
/** An association request of 128 contexts takes some kilobytes; nobody may make us hold more than this. */
const MOST_BYTES = 1 << 20

/**
 * The units that come in, one after another; while the reader is busy nothing more is read from the net.
 * @throws DICOM_PROTOCOL, or what the socket says
 */
export async function* pdusOf(socket: Socket): AsyncGenerator<Pdu> {
  let held: Buffer = Buffer.alloc(0)
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    held = held.length ? Buffer.concat([held, chunk]) : chunk
    while (held.length >= 6) {
      const length = held.readUInt32BE(2)
      if (length > MOST_BYTES) throw invalidPdu(`a unit of ${length} bytes`)
      if (held.length < 6 + length) break
      const unit = decodePdu(held.readUInt8(0), held.subarray(6, 6 + length))
      held = held.subarray(6 + length)
      yield unit
    }
  }
}

/** Writes one unit and waits until the system has taken it, so that what is closed afterwards loses nothing and a slow reader slows us down. */
export function send(socket: Socket, pdu: Pdu): Promise<void> {
  return new Promise((resolve, reject) => {
    if (socket.destroyed) return reject(socket.errored ?? new Error('the connection is closed'))
    socket.write(encodePdu(pdu), (error) => (error ? reject(error) : resolve()))
  })
}
