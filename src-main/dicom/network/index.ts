/** DICOM over the network: PS3.7 and PS3.8. */
export { accept } from './acceptor.ts'
export type { Acceptor, Refusal } from './acceptor.ts'
export { isAeTitle, isUid } from './classes.ts'
export { instanceOf } from './instance.ts'
export type { Incoming, Sink } from './messages.ts'
export { associate, MOST_KINDS } from './requestor.ts'
export type { Association, Instance, Kind, Peer } from './requestor.ts'
