import type { Account } from '@caudal/common/account';
import { errorMessage } from '@caudal/common/errors';
import type { Finding } from '@caudal/common/verdict';
import { ExpectedError } from '../../../cli/run-command-line.ts';
import { formatCount } from '../../../report/text-table.ts';
import { deepAccount } from './deep-account.ts';
import { inspectKeys, type KeyInspection } from './inspect-keys.ts';
import type { LaneStore } from './lane-store.ts';
import { identityOf, type Ledger, ledgerRequests } from './ledger.ts';
import { type RawStore, withRawStore } from './raw-store.ts';
import { verifyLaneRows } from './rows/verify-rows.ts';
import { keepsRows } from './rows/with-rows.ts';
import { type StoreRecord, storeRecordOf } from './store-record.ts';
import { type LaneWeather, type PerWeather, weatherGrowth, withWeather } from './weather-account.ts';

/** An account that checked every key, with notes. */
export interface DeepVerdict {
  /** Lanes into stores that keep rows are as the console compared them: their rows are judged on their own. */
  readonly account: Account;
  /** What the rows of such lanes show. */
  readonly findings: readonly Finding[];
  /** What was read, and missing keys, one per line. */
  readonly notes: readonly string[];
}

/** Guaranteed lifetime of a key; the stores keep it longer, as configured. */
const KEY_LIFE_MS = 86_400_000;
/** Number of a load's oldest keys to check: they expire first. */
const FIRST_KEYS = 1_000;
const ABOUT_TO_GO_MS = 600_000;

/**
 * Looks up every message of a load in every lane's store: its key, or its row where the store keeps rows.
 * @throws ExpectedError when a store of the account is not given or does not answer.
 */
export async function verifyDeeply(options: {
  readonly account: Account;
  readonly ledger: Ledger;
  readonly stores: readonly LaneStore[];
  readonly apiKey: string | undefined;
  /** Each store's counts by class of weather before the load; a lane without is not compared by weather. */
  readonly weatherBefore: Readonly<Record<string, PerWeather | undefined>>;
  /** Milliseconds since the epoch. */
  readonly now: number;
}): Promise<DeepVerdict> {
  const { account, ledger, stores, apiKey, weatherBefore, now } = options;
  const inspections = new Map<string, KeyInspection>();
  const weather = new Map<string, LaneWeather>();
  const findings: Finding[] = [];
  const notes: string[] = [];
  const isOld = now - Date.parse(ledger.account.startedAt) >= KEY_LIFE_MS;
  let mayHaveExpired = false;
  for (const { lane } of account.lanes) {
    const store = stores.find((candidate) => candidate.lane === lane);
    if (store === undefined) throw new ExpectedError(`--deep: set --store ${lane}=URL of its store`);
    if (keepsRows(store.url)) {
      const verdict = await verifyLaneRows([store], account, ledger, { apiKey, isOld }).catch(
        unanswered(lane),
      );
      findings.push(...verdict.findings);
      notes.push(...verdict.notes);
      continue;
    }
    const { inspection, isForgetting, weatherCounts } = await withRawStore(store, async (raw) => ({
      inspection: await inspectKeys(raw, ledger, { keyPrefix: store.keyPrefix, apiKey }),
      isForgetting: isOld && (await forgetsKeys(raw, ledger, store.keyPrefix, apiKey, now)),
      weatherCounts: await raw.counts(`${store.keyPrefix}weather_counts`),
    })).catch(unanswered(lane));
    inspections.set(lane, inspection);
    mayHaveExpired ||= isForgetting;
    notes.push(...notesOn(lane, inspection, isForgetting));
    const before = weatherBefore[lane];
    if (before === undefined) notes.push(`${lane}: weather not compared, as it was not read before the load`);
    else
      weather.set(lane, { found: inspection.foundByWeather, counted: weatherGrowth(before, weatherCounts) });
  }
  return {
    account: withWeather(deepAccount(account, inspections, mayHaveExpired), weather),
    findings,
    notes,
  };
}

function unanswered(lane: string): (error: unknown) => never {
  return (error) => {
    throw new ExpectedError(`--deep: the store of ${lane} does not answer: ${errorMessage(error)}`, {
      cause: error,
    });
  };
}

/** Whether keys of an old load may have expired: none of the oldest exists, or one is about to expire. */
async function forgetsKeys(
  raw: RawStore,
  ledger: Ledger,
  keyPrefix: string,
  apiKey: string | undefined,
  now: number,
): Promise<boolean> {
  const records: StoreRecord[] = [];
  for (const request of ledgerRequests(ledger)) {
    if (records.push(storeRecordOf(identityOf(request, apiKey), keyPrefix)) === FIRST_KEYS) break;
  }
  const shortestMs = await raw.shortestLifeMs(records, now);
  return shortestMs === null || shortestMs < ABOUT_TO_GO_MS;
}

function notesOn(lane: string, inspection: KeyInspection, mayHaveExpired: boolean): string[] {
  const { asked, firstMissing, missingByCountry } = inspection;
  const missing = Object.values(missingByCountry).reduce((sum, count) => sum + count, 0);
  const notes = [`${lane}: ${formatCount(asked)} keys checked, ${formatCount(missing)} messages missing`];
  if (missing > 0 && mayHaveExpired) return [...notes, `${lane}: keys of this load may have expired`];
  notes.push(
    ...firstMissing.map(
      ({ key, position, country }) =>
        `${lane}: missing ${key}${position > 0 ? ` [${position}]` : ''}, ${country}`,
    ),
  );
  if (missing > firstMissing.length)
    notes.push(`${lane}: … and ${formatCount(missing - firstMissing.length)} more`);
  return notes;
}
