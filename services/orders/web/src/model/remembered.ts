/** An order that was made in this browser. */
export interface Remembered {
  readonly id: string;
  readonly name: string;
  /** By the browser's clock, ms since the epoch. */
  readonly at: number;
}

/** Orders that are kept. */
export const MAX_REMEMBERED = 20;

/** Reads the stored list; entries that are none are left out. */
export function parseRemembered(text: string | null): readonly Remembered[] {
  try {
    const value: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(value) ? value.filter(isRemembered).slice(0, MAX_REMEMBERED) : [];
  } catch {
    return [];
  }
}

/** The list with an order at its beginning: each once, the oldest are dropped. */
export function withOrder(list: readonly Remembered[], order: Remembered): readonly Remembered[] {
  return [order, ...list.filter(({ id }) => id !== order.id)].slice(0, MAX_REMEMBERED);
}

function isRemembered(value: unknown): value is Remembered {
  return (
    typeof value === 'object' &&
    value !== null &&
    'id' in value &&
    typeof value.id === 'string' &&
    'name' in value &&
    typeof value.name === 'string' &&
    'at' in value &&
    Number.isFinite(value.at)
  );
}
