import type { Account } from '@caudal/common/account';
import { errorMessage } from '@caudal/common/errors';
import { ExpectedError } from '../cli/run-command-line.ts';
import { formatCount } from '../report/text-table.ts';
import { deepAccount } from './deep-account.ts';
import { inspectKeys, type KeyInspection } from './inspect-keys.ts';
import { type Ledger, ledgerRequests, storeKeyOf } from './ledger.ts';
import { type RawStore, type StoreAddress, withRawStore } from './raw-store.ts';

/** A lane's store as `--deep` reaches it. */
export interface LaneStore extends StoreAddress {
  readonly lane: string;
  /** In front of every key of the lane. */
  readonly keyPrefix: string;
}

/** An account that looked at every key, and what else there is to say. */
export interface DeepVerdict {
  readonly account: Account;
  /** Which keys are missing, a line each. */
  readonly notes: readonly string[];
}

/** A client may rely on a key for this long; the stores remember longer, how much longer is a setting. */
const KEY_LIFE_MS = 86_400_000;
/** Of a load, the keys that were written first, and so go first. */
const FIRST_KEYS = 1_000;
const ABOUT_TO_GO_MS = 600_000;

/**
 * Asks every lane's store for every message of a load.
 * @throws ExpectedError when a store of the account is not given, or does not answer.
 */
export async function verifyDeeply(options: {
  readonly account: Account;
  readonly ledger: Ledger;
  readonly stores: readonly LaneStore[];
  readonly apiKey: string | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
}): Promise<DeepVerdict> {
  const { account, ledger, stores, apiKey, now } = options;
  const inspections = new Map<string, KeyInspection>();
  const notes: string[] = [];
  const isOld = now - Date.parse(ledger.account.startedAt) >= KEY_LIFE_MS;
  let mayHaveExpired = false;
  for (const { lane } of account.lanes) {
    const store = stores.find((candidate) => candidate.lane === lane);
    if (store === undefined) throw new ExpectedError(`--deep: give --store ${lane}=redis://…`);
    const { inspection, isForgetting } = await withRawStore(store, async (raw) => ({
      inspection: await inspectKeys(raw, ledger, { keyPrefix: store.keyPrefix, apiKey }),
      isForgetting: isOld && (await forgetsKeys(raw, ledger, store.keyPrefix, apiKey)),
    })).catch((error: unknown) => {
      throw new ExpectedError(`--deep: the store of ${lane} does not answer: ${errorMessage(error)}`, {
        cause: error,
      });
    });
    inspections.set(lane, inspection);
    mayHaveExpired ||= isForgetting;
    notes.push(...notesOn(lane, inspection, isForgetting));
  }
  return { account: deepAccount(account, inspections, mayHaveExpired), notes };
}

/** Whether keys of an old load may be gone: none of its first ones is there, or one is about to go. */
async function forgetsKeys(
  raw: RawStore,
  ledger: Ledger,
  keyPrefix: string,
  apiKey: string | undefined,
): Promise<boolean> {
  const keys: string[] = [];
  for (const request of ledgerRequests(ledger)) {
    if (keys.push(keyPrefix + storeKeyOf(request, apiKey)) === FIRST_KEYS) break;
  }
  const shortestMs = await raw.shortestLifeMs(keys);
  return shortestMs === null || shortestMs < ABOUT_TO_GO_MS;
}

function notesOn(lane: string, inspection: KeyInspection, mayHaveExpired: boolean): string[] {
  const { asked, firstMissing, missingByCountry } = inspection;
  const missing = Object.values(missingByCountry).reduce((sum, count) => sum + count, 0);
  const notes = [
    `${lane}: asked for ${formatCount(asked)} keys, ${formatCount(missing)} messages are missing`,
  ];
  if (missing > 0 && mayHaveExpired) return [...notes, `${lane}: the load is old: its keys may have expired`];
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
