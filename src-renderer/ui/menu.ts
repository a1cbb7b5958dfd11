/**
 * Runs what was chosen in a menu once the menu has given the focus back: a dialog that opens remembers who had the focus, and an entry of a
 * closed menu is nobody to give it back to.
 */
export function useChosen(): { choose(run: () => void): void; closed(): void } {
  let chosen: (() => void) | null = null
  return {
    choose: (run) => void (chosen = run),
    closed() {
      const run = chosen
      chosen = null
      // Reka tells it is closing, and moves the focus in a timer that it starts after that.
      if (run) setTimeout(() => setTimeout(run))
    },
  }
}
