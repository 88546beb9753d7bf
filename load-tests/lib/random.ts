/** Gives numbers in [0, 1), the same ones for the same seed, in k6 and in Node alike. */
export type Random = () => number;

/** Spreads a text over 32 bits (FNV-1a), so that any text can be a seed. */
function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}

/**
 * A small generator (mulberry32) for one position of a run. Each position has its own, so what is drawn for
 * message 7 depends neither on message 6 nor on the virtual user that happens to send it.
 *
 * @param seed any text
 * @param position 0, 1, 2, …
 */
export function randomAt(seed: string, position: number): Random {
  let state = hashText(`${seed}/${position}`);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Picks one element, each as likely as the other. The list must not be empty. */
export function pick<T>(random: Random, list: readonly T[]): T {
  const chosen = list[Math.floor(random() * list.length)];
  if (chosen === undefined) throw new Error('pick: the list is empty');
  return chosen;
}

/**
 * Prepares a draw in which an element comes up in proportion to its weight.
 *
 * @param list elements with weights above 0
 */
export function weightedPicker<T extends { weight: number }>(list: readonly T[]): (random: Random) => T {
  const bounds: number[] = [];
  let total = 0;
  for (const element of list) {
    total += element.weight;
    bounds.push(total);
  }
  return (random) => {
    const target = random() * total;
    let low = 0;
    let high = bounds.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((bounds[middle] ?? total) > target) high = middle;
      else low = middle + 1;
    }
    const chosen = list[low];
    if (chosen === undefined) throw new Error('weightedPicker: the list is empty');
    return chosen;
  };
}
