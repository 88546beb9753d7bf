/** Reads what was kept; null without it, or without storage. */
export function load(storage: 'localStorage' | 'sessionStorage', key: string): string | null {
  try {
    return globalThis[storage].getItem(key);
  } catch {
    return null;
  }
}

/** Keeps a text, or removes it. Without storage it lasts as long as the page. */
export function keep(
  storage: 'localStorage' | 'sessionStorage',
  key: string,
  text: string | undefined,
): void {
  try {
    if (text === undefined) globalThis[storage].removeItem(key);
    else globalThis[storage].setItem(key, text);
  } catch {
    // Private windows and full disks.
  }
}
