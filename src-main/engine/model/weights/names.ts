import type { SafeTensor } from './safetensors.ts'

/** Under which training programs keep the weights among other things, the first that is there. */
export const WRAPPERS = ['state_dict', 'model_state_dict', 'model', 'network', 'net'] as const

/** What wrapped modules (DataParallel, DDP, torch.compile, Lightning) put before every name. */
const PREFIXES = ['module.', '_orig_mod.', 'model.', 'net.']

/**
 * `denselayer1.norm.1.weight` of the first published DenseNets, whose names had points that PyTorch 0.4 forbade (torchvision's densenet.py maps
 * them alike).
 */
const LEGACY_DENSE = /(\.denselayer\d+\.(?:norm|relu|conv))\.([12]\.(?:weight|bias|running_mean|running_var|num_batches_tracked))$/

/** Names as timm gives them, out of those of a file. torchvision's DenseNet and ResNet have timm's names already. */
export function timmNames<T>(tensors: ReadonlyMap<string, T>): Map<string, T> {
  let named = [...tensors]
  for (let prefix = sharedPrefix(named); prefix; prefix = sharedPrefix(named)) named = named.map(([name, tensor]) => [name.slice(prefix!.length), tensor])
  return new Map(named.map(([name, tensor]) => [name.replace(LEGACY_DENSE, '$1$2'), tensor]))
}

function sharedPrefix(named: [string, unknown][]): string | undefined {
  return named.length ? PREFIXES.find((prefix) => named.every(([name]) => name.startsWith(prefix))) : undefined
}

export type NamedTensors = Map<string, SafeTensor>
