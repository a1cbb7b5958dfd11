/** Sets of rows that are joined two by two (union-find); the least row names the group. */
export class Groups {
  readonly #parent: Uint32Array

  constructor(rows: number) {
    this.#parent = Uint32Array.from({ length: rows }, (_, row) => row)
  }

  of(row: number): number {
    let root = row
    while (this.#parent[root] !== root) root = this.#parent[root]!
    for (let at = row; at !== root; ) {
      const next = this.#parent[at]!
      this.#parent[at] = root
      at = next
    }
    return root
  }

  join(a: number, b: number): void {
    const [x, y] = [this.of(a), this.of(b)]
    this.#parent[Math.max(x, y)] = Math.min(x, y)
  }
}
