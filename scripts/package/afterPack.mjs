import { join } from 'node:path'
import { flipFuses, FuseV1Options, FuseVersion } from '@electron/fuses'

/**
 * Switches burnt into Electron's binary: the installed program is no general Node, takes no Node options or debugger from outside,
 * and loads its own archive only. Trainers start with utilityProcess.fork, which needs none of them.
 */
export const fuses = {
  [FuseV1Options.RunAsNode]: false,
  [FuseV1Options.EnableCookieEncryption]: true,
  [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: false,
  [FuseV1Options.EnableNodeCliInspectArguments]: false,
  [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: true,
  [FuseV1Options.OnlyLoadAppFromAsar]: true,
  [FuseV1Options.GrantFileProtocolExtraPrivileges]: false,
}

/**
 * Called by electron-builder after it packed, before it signs.
 * @param {{appOutDir: string, electronPlatformName: string, packager: {executableName?: string, appInfo: {productFilename: string}}}} context
 */
export default async function afterPack({ appOutDir, electronPlatformName, packager }) {
  const name = packager.appInfo.productFilename
  const binary = { darwin: `${name}.app`, mas: `${name}.app`, win32: `${name}.exe` }[electronPlatformName] ?? packager.executableName ?? name
  await flipFuses(join(appOutDir, binary), { version: FuseVersion.V1, ...fuses, resetAdHocDarwinSignature: electronPlatformName === 'darwin' })
}
