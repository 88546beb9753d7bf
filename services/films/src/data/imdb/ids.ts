/** Digits of an id of IMDb, at least. */
const DIGITS = 7;

/** Number of an id, `68646` of `tt0068646`: takes a tenth of the memory. Undefined for what is none. */
export function numberOfId(prefix: 'tt' | 'nm', id: string): number | undefined {
  if (!id.startsWith(prefix) || id.length > 12) return undefined;
  const number = Number(id.slice(prefix.length));
  return Number.isSafeInteger(number) && idOfNumber(prefix, number) === id ? number : undefined;
}

/** Id with a number. */
export function idOfNumber(prefix: 'tt' | 'nm', number: number): string {
  return prefix + String(number).padStart(DIGITS, '0');
}
