import { command } from './command.ts'

const GB = 2 ** 30

export const doctor = command({
  name: 'doctor',
  summary: 'Say what is installed, which libtensorflow is used, devices and versions',
  usage: '',
  arguments: [0, 0],
  options: {},
  async run(_args, _values, context) {
    const info = await context.services().system.info()
    const { libtensorflow: library, addon, devices } = info
    const lines = [
      `${info.app} ${info.version}, Node ${info.node}, ${info.platform}`,
      `data folder      ${info.dataFolder} (library ${(info.databaseBytes / 2 ** 20).toFixed(1)} MB)`,
      `libtensorflow    ${library.path ? `${library.version ?? 'version unknown'}, from the ${library.source}: ${library.path}` : `missing: ${library.problem}`}`,
      `addon            ${addon.ok ? 'loads' : `does not load: ${addon.problem}`}`,
      `onnxruntime      ${info.onnxruntime ?? 'missing'}`,
      `processor        ${devices.cpu}, ${devices.cores} cores, ${(devices.memoryTotal / GB).toFixed(1)} GB`,
      ...(devices.gpus.length ? devices.gpus.map(({ index, name, memoryTotal }) => `GPU ${index}            ${name}, ${(memoryTotal / GB).toFixed(1)} GB`) : ['GPU              none']),
    ]
    return { json: info, text: lines.join('\n') }
  },
})
