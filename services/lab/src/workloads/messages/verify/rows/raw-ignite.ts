import { type IgniteReader, withIgniteReader } from './ignite-reader.ts';
import { schemaOf } from './raw-postgresql.ts';
import type { RawRows, RowCounts, StoredRow } from './stored-row.ts';

/** Entries are kept for at least as long after they were written. */
const SHORTEST_LIFE_MS = 86_400_000;

/** A slot of the counts. */
interface Slot {
  total: number;
  byCountry: Record<string, number>;
  byWeather: Record<string, number>;
  since: number;
}

/** Connects to Ignite, calls `work` with a lane's caches, and disconnects. Rejects when it does not answer or has no such caches. */
export function withIgniteRows<T>(
  { url, keyPrefix }: { readonly url: string; readonly keyPrefix: string },
  work: (rows: RawRows) => Promise<T>,
): Promise<T> {
  return withIgniteReader(url, (reader) => work(rawRows(reader, schemaOf(keyPrefix))));
}

function rawRows(reader: IgniteReader, schema: string): RawRows {
  const [messages, counts, positions] = ['messages', 'counts', 'positions'].map(
    (name) => `${schema}_${name}`,
  ) as [string, string, string];
  return {
    means: 'a scan of the cache',
    async *rows() {
      for await (const [key, value] of reader.scan(messages)) {
        const [, scope = '', sequence = ''] = /^(.*):(\d+)$/.exec(key) ?? [];
        const { country, weather, description, acceptedAt } = JSON.parse(value) as StoredRow;
        yield { scope, sequence: Number(sequence), country, weather, description, acceptedAt };
      }
    },
    async counts(): Promise<RowCounts> {
      const byCountry: Record<string, number> = {};
      const byWeather: Record<string, number> = {};
      let since = Number.POSITIVE_INFINITY;
      for await (const [, value] of reader.scan(counts)) {
        const slot = JSON.parse(value) as Slot;
        addAll(byCountry, slot.byCountry);
        addAll(byWeather, slot.byWeather);
        if (slot.since > 0) since = Math.min(since, slot.since);
      }
      // It removes old entries on its own, and does not say how many.
      return { byCountry, byWeather, expired: Date.now() - since < SHORTEST_LIFE_MS ? 0 : null };
    },
    async positions() {
      const found = new Map<string, number>();
      for await (const [source, value] of reader.scan(positions)) {
        // Beside the position there is a note of attempts at what comes next.
        if (!source.includes('#')) found.set(source, (JSON.parse(value) as { next: number }).next);
      }
      return found;
    },
    async insert({ scope, sequence, country, weather, description, acceptedAt }) {
      const row = { country, weather, description, acceptedAt, storedAt: Date.now() };
      await reader.put(messages, `${scope}:${sequence}`, JSON.stringify(row));
    },
    async remove({ scope, sequence }) {
      if (!(await reader.remove(messages, `${scope}:${sequence}`)))
        throw new Error(`${scope}:${sequence} has no entry`);
    },
    async addToCounts(country, weather, n) {
      // Any slot: they are summed.
      for await (const [key, value] of reader.scan(counts)) {
        const slot = JSON.parse(value) as Slot;
        slot.total += n;
        addAll(slot.byCountry, { [country]: n });
        addAll(slot.byWeather, { [weather]: n });
        await reader.put(counts, key, JSON.stringify(slot));
        return;
      }
      throw new Error(`${counts} has no slot`);
    },
    async setPosition(source, next) {
      const value = await reader.get(positions, source);
      const stored = value === null ? { marks: '' } : (JSON.parse(value) as object);
      await reader.put(positions, source, JSON.stringify({ ...stored, next }));
    },
    async clear() {
      for (const name of [messages, counts, positions]) await reader.clear(name);
    },
    async drop() {
      const existing = await reader.names();
      for (const name of [messages, counts, positions])
        if (existing.includes(name)) await reader.destroy(name);
    },
  };
}

function addAll(sums: Record<string, number>, added: Readonly<Record<string, number>>): void {
  for (const [name, n] of Object.entries(added)) sums[name] = (sums[name] ?? 0) + n;
}
