/** The same numbers for the same seed, from 0 up to 1. */
export interface Random {
  next(): number;
  /** A whole number from 0 up to the limit, without it. */
  below(limit: number): number;
}

/** Numbers that a text decides (FNV-1a, mulberry32): what is drawn by them is the same on every machine, and differs between texts. */
export function randomOf(seed: string): Random {
  let state = 0x811c9dc5;
  for (let place = 0; place < seed.length; place += 1)
    state = Math.imul(state ^ seed.charCodeAt(place), 0x01000193);
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return { next, below: (limit) => Math.floor(next() * limit) };
}
