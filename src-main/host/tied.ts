/**
 * End this process at once when the one that runs it in its place is gone (scripts/setup/child.mjs): whoever sends `kill -9` to the command
 * `xclassifier` means the program behind it. Started directly, it is tied to nothing.
 */
export function endWithParent(): void {
  if (!process.channel) return
  process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'))
  // The channel alone keeps nothing waiting.
  process.channel.unref()
}
