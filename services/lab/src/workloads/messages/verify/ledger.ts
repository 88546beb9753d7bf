import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { notAcceptedMark } from '../../../../../../load-tests/lib/account.ts';
import { createMessage, type Message } from '../../../../../../load-tests/lib/payloads.ts';
import { hashText, randomAt } from '../../../../../../load-tests/lib/random.ts';
import { ExpectedError } from '../../../cli/run-command-line.ts';
import type { LoadAccount } from '../../../load/run-k6.ts';

/** Outcome of a request; `accepted` unless k6's log says otherwise. */
export type RequestOutcome = 'accepted' | 'refused' | 'unknown';

/** Requests sent by a load. */
export interface Ledger {
  readonly account: LoadAccount;
  /** Requests not accepted, by number, as listed in the log. */
  readonly notAccepted: ReadonlyMap<number, 'refused' | 'unknown'>;
}

/** One request of a load. */
export interface LedgerRequest {
  readonly key: string;
  readonly outcome: RequestOutcome;
  /** Posted messages in order, each with the country code it must be counted under. */
  readonly messages: readonly Message[];
}

/**
 * Reads a load's ledger from its results: account.json, and k6.log for requests not accepted.
 * @throws ExpectedError without an account that has keys.
 */
export function readLedger(accountFile: string, logFile = join(accountFile, '..', 'k6.log')): Ledger {
  let account: LoadAccount;
  try {
    account = JSON.parse(readFileSync(accountFile, 'utf8')) as LoadAccount;
  } catch (error) {
    throw new ExpectedError(`--deep needs the account written by k6; cannot read ${accountFile}`, {
      cause: error,
    });
  }
  // Accounts from older load tests have none.
  if (!account.keys?.prefix) {
    throw new ExpectedError(
      `${accountFile} does not contain the load's keys: run a new load, then verify it`,
    );
  }
  return ledgerOf(account, logFile);
}

/** The ledger of a load whose account is known. */
export function ledgerOf(account: LoadAccount, logFile: string): Ledger {
  return { account, notAccepted: readNotAccepted(logFile) };
}

function readNotAccepted(logFile: string): Map<number, 'refused' | 'unknown'> {
  let log = '';
  try {
    log = readFileSync(logFile, 'utf8');
  } catch {
    // Without a log, requests not accepted are known only by country.
  }
  const lines = log.matchAll(new RegExp(`${notAcceptedMark} (refused|unknown) (\\d+)`, 'g'));
  return new Map([...lines].map(([, outcome, n]) => [Number(n), outcome as 'refused' | 'unknown']));
}

/** Generates every request of a load as k6 did, from its seed. */
export function* ledgerRequests({ account, notAccepted }: Ledger): Generator<LedgerRequest> {
  const { prefix, batch, messages } = account.keys;
  const seedHash = hashText(account.seed);
  for (let request = 0; request < account.requests.total; request += 1) {
    const first = request * batch;
    const size = messages === null ? batch : Math.max(0, Math.min(batch, messages - first));
    yield {
      key: `${prefix}-${request}`,
      outcome: notAccepted.get(request) ?? 'accepted',
      messages: Array.from({ length: size }, (_, position) => {
        const { message, code } = createMessage(randomAt(seedHash, first + position));
        return { ...message, country: code };
      }),
    };
  }
}

/**
 * Derives the identity of a request, under which stores remember it. Independent of the services' code, so that an error
 * there shows.
 */
export function identityOf(
  { key, messages }: Pick<LedgerRequest, 'key' | 'messages'>,
  apiKey: string | undefined,
): string {
  const caller = apiKey === undefined ? '' : createHash('sha256').update(apiKey).digest('base64url');
  const said = messages.map(({ description, country, weather }) => [description, country, weather]);
  const scope = createHash('sha256')
    .update(JSON.stringify([caller, key, said]))
    .digest('base64url');
  return scope.slice(0, 22);
}
