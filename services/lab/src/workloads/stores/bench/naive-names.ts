/** Table, cache or list that a naive program writes. */
export function naiveTable(keyPrefix: string): string {
  return `naive_${keyPrefix.slice(0, -1).replaceAll('-', '_')}`;
}
