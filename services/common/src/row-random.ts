/** Gives numbers in [0, 1). */
export type Random = () => number;

/**
 * Numbers of one row: a counter through the mixing function of MurmurHash3, so that no row depends on another one. The same for the same
 * seed on every machine.
 */
export function randomOf(seed: number, row: number): Random {
  let counter = mix(mix(seed) ^ row);
  return () => {
    counter = (counter + 0x9e3779b9) | 0;
    return (mix(counter) >>> 0) / 2 ** 32;
  };
}

/** An entry of a list that has one. */
export function pick<T>(random: Random, list: readonly T[]): T {
  return list[Math.floor(random() * list.length)] as T;
}

function mix(value: number): number {
  let mixed = value ^ (value >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
