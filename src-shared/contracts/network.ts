import { z } from 'zod'
import { request } from './define.ts'
import type { FoundStudy, NetworkNode, ReceivingSettings, ReceivingState } from '../domain/network.ts'

const id = z.string().min(1).max(80)
const uid = z.string().max(64).regex(/^(0|[1-9]\d*)(\.(0|[1-9]\d*))+$/)
const aeTitle = z.string().trim().min(1).max(16).regex(/^[\x20-\x5b\x5d-\x7e]+$/, 'an AE title has no backslash')
const host = z.string().trim().min(1).max(253).regex(/^[A-Za-z0-9._:-]+$/, 'a name or address of a machine')
const port = z.number().int().min(1).max(65_535)
const name = z.string().trim().min(1).max(64)

export const receivingSettings = z.object({
  enabled: z.boolean().default(false),
  bind: host.default('127.0.0.1'),
  port: port.default(11_112),
  aeTitle: aeTitle.default('XCLASSIFIER'),
  allow: z.array(aeTitle).max(100).default([]),
})

const node = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('dicom'), id: id.optional(), name, host, port, aeTitle }),
  z.object({
    kind: z.literal('dicomweb'),
    id: id.optional(),
    name,
    address: z.string().trim().max(1000).regex(/^https?:\/\/[^\s/@]+(\/\S*)?$/, 'an address begins with https:// and a host'),
    user: z.string().max(200).default(''),
    /** A password, or without a user a bearer token; left out: as it was. */
    secret: z.string().max(4000).optional(),
  }),
])

export const networkContract = {
  'network.receiving': request<{ settings: ReceivingSettings; state: ReceivingState }>()(z.object({})),
  /** Keeps the settings, and begins or ends to listen as they say. */
  'network.setReceiving': request<{ settings: ReceivingSettings; state: ReceivingState }>()(receivingSettings),
  'network.nodes': request<NetworkNode[]>()(z.object({})),
  'network.saveNode': request<NetworkNode>()(node),
  'network.removeNode': request<NetworkNode[]>()(z.object({ node: id })),
  /** C-ECHO, or an empty search. */
  'network.test': request<{ milliseconds: number }>()(z.object({ node: id })),
  /** Films of studies, or what a report is as DICOM, to a DICOM node. */
  'network.send': request<{ job: string }>()(
    z.object({ studies: z.array(id).min(1).max(10_000), node: id, films: z.boolean().default(true), reports: z.array(z.enum(['sr', 'sc'])).max(2).default([]) }),
  ),
  /** Studies of a DICOMweb node, newest first where the node can; 100 at most. */
  'network.search': request<{ studies: FoundStudy[]; more: boolean }>()(
    z.object({ node: id, patientId: z.string().max(64).default(''), patientName: z.string().max(64).default(''), dates: z.string().regex(/^(\d{8}(-(\d{8})?)?|-\d{8})?$/, 'a date as YYYYMMDD, or a range of two').default(''), modality: z.string().max(16).default('') }),
  ),
  'network.retrieve': request<{ job: string }>()(z.object({ node: id, studies: z.array(uid).min(1).max(100) })),
}
