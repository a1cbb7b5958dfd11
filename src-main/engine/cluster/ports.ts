import { once } from 'node:events'
import { createServer } from 'node:net'

/**
 * Addresses on loopback that are free now. They are all held until the last is found, so that no two are the same; another
 * program may still take one before its rank does, which then fails with COLLECTIVE_PORT and is started anew.
 */
export async function freeAddresses(count: number): Promise<string[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'))
  await Promise.all(servers.map((server) => once(server, 'listening')))
  const addresses = servers.map((server) => `127.0.0.1:${(server.address() as { port: number }).port}`)
  await Promise.all(servers.map((server) => once(server.close(), 'close')))
  return addresses
}
