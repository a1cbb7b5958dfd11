/** How a machine finds the chief of its cluster and is taken in. */
import { setTimeout as sleep } from 'node:timers/promises'
import { WebSocket } from 'ws'
import { CodedError, fromErrorShape, toErrorShape } from '#shared/errors.ts'
import { addressOf, listenAddress, nameOf, resolveHost } from './addresses.ts'
import { JOIN_SECONDS } from './chief.ts'
import { Member, type MemberOptions, type Participation } from './member.ts'
import { asToMachine, type Hello, JOIN_PATH, PROTOCOL, type ToMachine } from './messages.ts'

export interface JoinOptions extends Omit<MemberOptions, 'bind'> {
  version: string
  tensorflow: string | null
  gpus: number
  request?: Hello['request']
  /** Wait for a chief as long as it takes. */
  patient: boolean
}

const RETRY_MS = 500
const WELCOME_MS = 30_000

/**
 * Takes part in the next run of the chief, to its end.
 * @throws CodedError CHIEF_MISSING, MACHINE_UNKNOWN, MACHINE_BIND, TASK_TAKEN, MACHINES_DIFFER, MACHINE_GPUS, MACHINE_LOST, STOPPED
 */
export async function joinRun(options: JoinOptions): Promise<Participation> {
  const { cluster, signal, say } = options
  const seconds = cluster.joinTimeout ?? JOIN_SECONDS
  const deadline = options.patient ? Infinity : performance.now() + seconds * 1000
  const bind = await listenAddress(cluster, deadline)
  await resolveHost(cluster.workers[0]!, { deadline, signal })
  say(`This is ${nameOf(cluster.workers, cluster.index)}; waiting for the chief at ${cluster.workers[0]}`)
  for (;;) {
    const socket = await connect(options)
    const welcome = socket && (await greet(socket, options))
    if (welcome) {
      say(`Taking part in run ${welcome.run} of ${cluster.workers[0]}`)
      return new Member({ ...options, bind }, socket, welcome).takePart()
    }
    if (performance.now() > deadline) {
      throw new CodedError('CHIEF_MISSING', `The chief at ${cluster.workers[0]} did not answer within ${seconds} s.`, { remedy: 'Start `xclassifier train` there with the same TF_CONFIG cluster and index 0, listening at an address that this machine reaches (--bind).' })
    }
    await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined)
    if (signal.aborted) throw new CodedError('STOPPED', 'This machine was stopped.')
  }
}

/** A connection, or undefined while nobody is there. Its messages come one at a time, so that none is missed between two listeners. */
function connect({ cluster, signal }: JoinOptions): Promise<WebSocket | undefined> {
  const { host, port } = addressOf(cluster.workers[0]!)
  return new Promise((resolve) => {
    const socket = new WebSocket(`ws://${host}:${port}${JOIN_PATH}`, { handshakeTimeout: 5000, signal, allowSynchronousEvents: false } as WebSocket.ClientOptions)
    socket.on('error', () => resolve(undefined))
    socket.once('open', () => resolve(socket))
  })
}

/** What the chief says to this machine; undefined when it goes without a word. @throws CodedError why it was refused */
function greet(socket: WebSocket, { cluster, version, tensorflow, gpus, request }: JoinOptions): Promise<Extract<ToMachine, { type: 'welcome' }> | undefined> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => socket.terminate(), WELCOME_MS)
    socket.once('message', (data) => {
      clearTimeout(timer)
      const message = asToMachine(String(data))
      if (message?.type === 'welcome') return resolve(message)
      socket.terminate()
      reject(message?.type === 'refused' ? fromErrorShape(message.error) : new CodedError('MACHINES_DIFFER', `What answers at ${cluster.workers[0]} is another version of the program.`, { remedy: 'Install the same version on all machines.' }))
    })
    socket.once('close', () => {
      clearTimeout(timer)
      resolve(undefined)
    })
    const hello: Hello = { type: 'hello', protocol: PROTOCOL, version, tensorflow, index: cluster.index, workers: cluster.workers, gpus, request }
    socket.send(JSON.stringify(hello))
  })
}

/** Takes part in run after run, until it is stopped; what goes wrong with one is said and does not end it, unless it would only come again. */
export async function serveRuns(options: JoinOptions, ended: (participation: Participation) => void): Promise<never> {
  for (;;) {
    try {
      ended(await joinRun(options))
    } catch (error) {
      const { code, message } = toErrorShape(error)
      if (code !== 'MACHINE_LOST') throw error
      options.say(message)
    }
  }
}
