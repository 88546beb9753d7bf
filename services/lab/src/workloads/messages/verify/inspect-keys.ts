import { identityOf, type Ledger, type LedgerRequest, ledgerRequests } from './ledger.ts';
import type { RawStore } from './raw-store.ts';
import { storeRecordOf } from './store-record.ts';
import { type PerWeather, weatherOf } from './weather-account.ts';

/** A message missing from a store. */
export interface MissingMessage {
  readonly key: string;
  /** Position in its request. */
  readonly position: number;
  readonly country: string;
}

/** A store's record of a load's messages. */
export interface KeyInspection {
  /** Number of keys looked up. */
  readonly asked: number;
  /** Messages of the load whose identity is in the store, by country, regardless of the response. */
  readonly foundByCountry: Readonly<Record<string, number>>;
  /** The same by class of weather. */
  readonly foundByWeather: PerWeather;
  /** Messages counted as accepted: all that the log does not name. An interrupted load leaves some unnamed. */
  readonly expectedByCountry: Readonly<Record<string, number>>;
  /** Number of those missing from the store. */
  readonly missingByCountry: Readonly<Record<string, number>>;
  /** The first missing messages. */
  readonly firstMissing: readonly MissingMessage[];
  /** Messages that were refused but are in the store. */
  readonly refusedByCountry: Readonly<Record<string, number>>;
}

const KEYS_A_TIME = 1_000;
const MAX_MISSING_LISTED = 20;

/** Looks up every message of a load in a store, by its key and position. */
export async function inspectKeys(
  store: RawStore,
  ledger: Ledger,
  options: { readonly keyPrefix: string; readonly apiKey: string | undefined },
): Promise<KeyInspection> {
  const foundByCountry: Record<string, number> = {};
  const foundByWeather: Record<string, number> = {};
  const expectedByCountry: Record<string, number> = {};
  const missingByCountry: Record<string, number> = {};
  const refusedByCountry: Record<string, number> = {};
  const firstMissing: MissingMessage[] = [];
  let asked = 0;
  for (const requests of chunks(ledgerRequests(ledger), KEYS_A_TIME)) {
    const records = requests.map((request) =>
      storeRecordOf(identityOf(request, options.apiKey), options.keyPrefix),
    );
    const [bitmaps, lastUses] = await Promise.all([store.bitmaps(records), store.lastUses(records)]);
    asked += requests.length;
    requests.forEach(({ key, outcome, messages }, index) => {
      messages.forEach(({ country, weather }, position) => {
        const isFound =
          (position === 0 && (lastUses[index] ?? null) !== null) || hasBit(bitmaps[index] ?? null, position);
        if (isFound) add(foundByCountry, country);
        if (isFound) add(foundByWeather, weatherOf(weather));
        if (isFound && outcome === 'refused') add(refusedByCountry, country);
        if (outcome !== 'accepted') return;
        add(expectedByCountry, country);
        if (isFound) return;
        add(missingByCountry, country);
        if (firstMissing.length < MAX_MISSING_LISTED) firstMissing.push({ key, position, country });
      });
    });
  }
  return {
    asked,
    foundByCountry,
    foundByWeather,
    expectedByCountry,
    missingByCountry,
    firstMissing,
    refusedByCountry,
  };
}

function add(counts: Record<string, number>, country: string): void {
  counts[country] = (counts[country] ?? 0) + 1;
}

/** Numbers bits as SETBIT does: 0 is the highest bit of the first byte. */
function hasBit(bitmap: Buffer | null, bit: number): boolean {
  return ((bitmap?.[bit >> 3] ?? 0) & (0x80 >> (bit & 7))) !== 0;
}

function* chunks(requests: Iterable<LedgerRequest>, size: number): Generator<LedgerRequest[]> {
  let chunk: LedgerRequest[] = [];
  for (const request of requests) {
    chunk.push(request);
    if (chunk.length < size) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}
