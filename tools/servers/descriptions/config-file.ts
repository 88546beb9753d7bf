/** Lines `key = value`. */
export function properties(entries: Readonly<Record<string, string | number>>): string {
  return Object.entries(entries)
    .map(([key, value]) => `${key} = ${value}\n`)
    .join('');
}
