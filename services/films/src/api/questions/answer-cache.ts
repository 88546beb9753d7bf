/** Answers that were given before, as JSON. */
export interface AnswerCache {
  get(version: number, canonical: string): string | undefined;
  set(version: number, canonical: string, json: string): void;
}

/** What an entry needs besides its texts, about. */
const ENTRY_BYTES = 200;

/**
 * Keeps the answers that were asked for last. An answer of a version never changes, so none is ever stale; those of old versions leave
 * as new ones come.
 *
 * @param maxBytes of all entries; 0 keeps none
 */
export function createAnswerCache(maxBytes: number): AnswerCache {
  // In the order of their last use.
  const entries = new Map<string, string>();
  let bytes = 0;
  const keyOf = (version: number, canonical: string): string => `${version} ${canonical}`;
  // At worst two bytes a character.
  const sizeOf = (key: string, json: string): number => 2 * (key.length + json.length) + ENTRY_BYTES;
  const remove = (key: string): void => {
    const json = entries.get(key);
    if (json === undefined) return;
    entries.delete(key);
    bytes -= sizeOf(key, json);
  };
  return {
    get(version, canonical) {
      const key = keyOf(version, canonical);
      const json = entries.get(key);
      if (json === undefined) return undefined;
      entries.delete(key);
      entries.set(key, json);
      return json;
    },
    set(version, canonical, json) {
      const key = keyOf(version, canonical);
      const size = sizeOf(key, json);
      remove(key);
      if (size > maxBytes) return;
      entries.set(key, json);
      bytes += size;
      for (const oldest of entries.keys()) {
        if (bytes <= maxBytes) break;
        remove(oldest);
      }
    },
  };
}
