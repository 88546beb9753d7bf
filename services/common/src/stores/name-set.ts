import { hash } from 'node:crypto';

/** Slots at the start, a power of two. */
const FIRST_SLOTS = 1_024;
/** A fuller table is doubled. */
const MAX_LOAD = 0.7;

/**
 * A set of key names that keeps 63 bits of a digest instead of each name: 11 to 23 bytes a name, where a set of strings
 * takes about 100. Among ten million names, two share them once in some 180,000 sets.
 */
export class NameSet {
  #high = new Uint32Array(FIRST_SLOTS);
  #low = new Uint32Array(FIRST_SLOTS);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Memory of the table, bytes. */
  get bytes(): number {
    return this.#high.byteLength + this.#low.byteLength;
  }

  /** Adds a name; false where it was there already. */
  add(name: string): boolean {
    const digest = hash('sha1', name, 'buffer');
    // An empty slot is 0, 0, so no entry may be.
    if (!insert(this.#high, this.#low, digest.readUInt32BE(0), digest.readUInt32BE(4) | 1)) return false;
    this.#size += 1;
    if (this.#size > MAX_LOAD * this.#high.length) this.#grow();
    return true;
  }

  #grow(): void {
    const high = new Uint32Array(2 * this.#high.length);
    const low = new Uint32Array(high.length);
    for (let slot = 0; slot < this.#low.length; slot += 1) {
      const entry = this.#low[slot] as number;
      if (entry !== 0) insert(high, low, this.#high[slot] as number, entry);
    }
    this.#high = high;
    this.#low = low;
  }
}

/** Puts an entry into the next free slot of an open-addressed table; false where it is there already. */
function insert(high: Uint32Array, low: Uint32Array, first: number, second: number): boolean {
  const mask = high.length - 1;
  const entry = second >>> 0;
  for (let slot = first & mask; ; slot = (slot + 1) & mask) {
    if (low[slot] === 0) {
      high[slot] = first;
      low[slot] = entry;
      return true;
    }
    if (low[slot] === entry && high[slot] === first) return false;
  }
}
