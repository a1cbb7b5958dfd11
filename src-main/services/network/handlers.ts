import type { HandlersOf } from '#shared/contracts/define.ts'
import type { networkContract } from '#shared/contracts/network.ts'
import type { Services } from '../index.ts'

export function networkHandlers({ network }: Pick<Services, 'network'>): HandlersOf<typeof networkContract> {
  return {
    'network.receiving': () => network.receivingNow(),
    'network.setReceiving': (settings) => network.setReceiving(settings),
    'network.nodes': () => network.nodes.list(),
    'network.saveNode': (edit) => network.nodes.save(edit),
    'network.removeNode': ({ node }) => network.nodes.remove(node),
    'network.test': ({ node }) => network.test(node),
    'network.send': ({ node, ...what }) => ({ job: network.send(node, what).id }),
    'network.search': ({ node, ...query }) => network.search(node, query),
    'network.retrieve': ({ node, studies }) => ({ job: network.retrieve(node, studies).id }),
  }
}
