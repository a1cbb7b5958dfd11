/** TensorFlow's ConfigProto and ServerDef, written field by field; the numbers are those of its .proto files. */
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'

export interface Cluster {
  /** Job name, the same on every rank. */
  job?: string
  /** `host:port` of every rank, in rank order. */
  tasks: readonly string[]
  /** Rank of this process. */
  index: number
}

export interface ConfigOptions {
  threads?: { intra?: number; inter?: number }
  device: 'cpu' | { gpu: number }
  /** Take GPU memory as needed instead of all at once. */
  allowGrowth?: boolean
  /** bfloat16 convolutions on CPUs that have them, by grappler's oneDNN auto mixed precision. */
  bf16?: boolean
  /** False: threads that wait for work sleep at once. By default they spin a while first, which costs the other threads time where cores are shared. */
  spin?: boolean
  cluster?: Cluster
}

export const JOB = 'worker'

const RewriterToggle = { on: 1 } as const

function message(write: (w: BinaryWriter) => void): Uint8Array {
  const writer = new BinaryWriter()
  write(writer)
  return writer.finish()
}

const field = (w: BinaryWriter, number: number): BinaryWriter => w.tag(number, WireType.LengthDelimited)
const varint = (w: BinaryWriter, number: number): BinaryWriter => w.tag(number, WireType.Varint)

/** ConfigProto. */
export function encodeConfig(options: ConfigOptions): Uint8Array {
  return message((w) => {
    if (options.device === 'cpu') field(w, 1).bytes(mapEntry('GPU', 0)) // device_count
    if (options.threads?.intra) varint(w, 2).int32(options.threads.intra)
    if (options.threads?.inter) varint(w, 5).int32(options.threads.inter)
    field(w, 6).bytes(gpuOptions(options))
    varint(w, 7).bool(true) // allow_soft_placement
    if (options.bf16) field(w, 10).bytes(message((g) => field(g, 10).bytes(message((r) => varint(r, 31).int32(RewriterToggle.on)))))
    if (options.cluster || options.spin === false) field(w, 16).bytes(experimental(options))
  })
}

function mapEntry(key: string, value: number): Uint8Array {
  return message((w) => varint(field(w, 1).string(key), 2).int32(value))
}

function gpuOptions({ device, allowGrowth }: ConfigOptions): Uint8Array {
  return message((w) => {
    if (allowGrowth !== false) varint(w, 4).bool(true)
    if (device !== 'cpu') field(w, 5).string(String(device.gpu)) // visible_device_list
  })
}

function experimental({ cluster, device, spin }: ConfigOptions): Uint8Array {
  return message((w) => {
    if (cluster) field(w, 1).string(`/job:${cluster.job ?? JOB}/replica:0/task:0`) // collective_group_leader
    if (cluster && device !== 'cpu') varint(w, 7).bool(true) // collective_nccl
    if (spin === false) varint(w, 9).bool(true) // disable_thread_spinning
  })
}

/** ServerDef of this rank's gRPC server, with every rank's address. */
export function encodeServerDef(cluster: Cluster, config: Uint8Array): Uint8Array {
  const job = cluster.job ?? JOB
  const jobDef = message((w) => {
    field(w, 1).string(job)
    cluster.tasks.forEach((address, rank) => {
      field(w, 2).bytes(message((entry) => field(rank === 0 ? entry : varint(entry, 1).int32(rank), 2).string(address)))
    })
  })
  return message((w) => {
    field(w, 1).bytes(message((clusterDef) => field(clusterDef, 1).bytes(jobDef)))
    field(w, 2).string(job)
    varint(w, 3).int32(cluster.index)
    field(w, 4).bytes(config)
    field(w, 5).string('grpc')
  })
}
