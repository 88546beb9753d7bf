/** Gives numbers in [0, 1), the same ones for the same seed, in k6 and in Node alike. */
export type Random = () => number;

/** Spreads a text over 32 bits (FNV-1a), so that any text can be a seed. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}

/**
 * A generator for one position of a run. Each position has its own, so what is drawn for message 7 depends
 * neither on message 6 nor on the virtual user that happens to send it.
 *
 * Xorshift after a full mix of the start value: k6 interprets its scripts, and every call and multiplication
 * here is paid for in the load that the machine can make.
 *
 * @param seedHash `hashText` of the seed
 * @param position 0, 1, 2, …
 */
export function randomAt(seedHash: number, position: number): Random {
  let state = seedHash ^ Math.imul(position + 1, 0x9e3779b1);
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
  state ^= state >>> 16;
  if (state === 0) state = 0x9e3779b1 | 0;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 4_294_967_296;
  };
}

/** Picks one element, each as likely as the other. The list must not be empty. */
export function pick<T>(random: Random, list: readonly T[]): T {
  return list[(random() * list.length) | 0] as T;
}

/** Repeats each element as often as its weight (a whole number) says, so that `pick` draws by weight. */
export function spreadByWeight<T extends { weight: number }>(list: readonly T[]): readonly T[] {
  return list.flatMap((element) => new Array<T>(element.weight).fill(element));
}
