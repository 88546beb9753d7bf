/**
 * The option that a key leads to: undefined if the key is none of a list.
 * @param active the option that the keys are at; undefined before the first key
 */
export function nextOption(key: string, active: number | undefined, count: number): number | undefined {
  if (count === 0) return undefined;
  switch (key) {
    case 'ArrowDown':
      return active === undefined || active >= count - 1 ? 0 : active + 1;
    case 'ArrowUp':
      return active === undefined || active === 0 ? count - 1 : active - 1;
    default:
      return undefined;
  }
}
