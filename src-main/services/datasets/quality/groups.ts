/** Sets of rows that are joined two by two (union-find); the least row names the group. */
export class Groups {
  readonly #parent: Uint32Array
  /** Of each root. */
  readonly #size: Uint32Array

  constructor(rows: number) {
    this.#parent = Uint32Array.from({ length: rows }, (_, row) => row)
    this.#size = new Uint32Array(rows).fill(1)
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
    if (x === y) return
    this.#parent[Math.max(x, y)] = Math.min(x, y)
    this.#size[Math.min(x, y)]! += this.#size[Math.max(x, y)]!
  }

  /** Rows of the group that this row is in. */
  size(row: number): number {
    return this.#size[this.of(row)]!
  }
}
