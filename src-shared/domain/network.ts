import type { ErrorShape } from '../errors.ts'

/** How films are received from other systems (C-STORE). */
export interface ReceivingSettings {
  /** Whether the app listens from its start. */
  enabled: boolean
  /** Address of the interface to listen on. */
  bind: string
  port: number
  /** Ours. */
  aeTitle: string
  /** AE titles that may send; empty: any, which only loopback allows. */
  allow: string[]
}

export interface ReceivingState {
  listening: { address: string; port: number } | null
  problem: ErrorShape | null
  /** Films since the start. */
  received: number
  /** Newest first. */
  refused: Refused[]
}

export interface Refused {
  at: string
  calling: string
  /** Network address. */
  from: string
  reason: string
}

/** Addresses that only this machine reaches. */
export const isLoopback = (address: string): boolean => /^(127(\.\d{1,3}){3}|::1|localhost)$/.test(address)

/** Another system: a DICOM node that takes films (C-STORE), or a DICOMweb server that is searched and read. */
export type NetworkNode = { id: string; name: string } & (DicomNode | WebNode)

export interface DicomNode {
  kind: 'dicom'
  host: string
  port: number
  aeTitle: string
}

export interface WebNode {
  kind: 'dicomweb'
  /** Base address of QIDO-RS and WADO-RS, https save on this machine. */
  address: string
  /** Of basic authentication; empty: none. */
  user: string
  /** Whether a password or token is kept; itself it never leaves the main process. */
  secret: boolean
}

/** A study as a DICOMweb server lists it. */
export interface FoundStudy {
  studyInstanceUid: string
  patientName: string
  patientId: string
  date: string
  modality: string
  description: string
  images: number | null
  /** Whether it is in the library already. */
  here: boolean
}
