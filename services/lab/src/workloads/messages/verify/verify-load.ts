import type { Account, LaneTotals } from '@caudal/common/account';
import { ExpectedError } from '../../../cli/run-command-line.ts';
import { type ConsoleClient, totalsOf } from '../load/console-client.ts';
import type { LastLoad } from '../load/last-load.ts';
import { waitForDrain } from '../load/wait-for-drain.ts';

/** Result of `verify`. */
export interface VerifiedLoad {
  readonly account: Account;
  /** Why the lanes did not drain; absent when they did. */
  readonly notDrained?: string;
}

/**
 * Waits for the lanes to drain, then compares a load with the counts of the stores since.
 * @throws ExpectedError when the console does not answer or a store cannot be read.
 */
export async function verifyLoad(
  client: ConsoleClient,
  load: LastLoad,
  signal: AbortSignal,
): Promise<VerifiedLoad> {
  const lanes = await client.lanes().catch((error: unknown) => {
    throw new ExpectedError(`console does not answer: ${String(error)}`, { cause: error });
  });
  const empty: LaneTotals = {
    total: 0,
    byCountry: {},
    identities: 0,
    ...(load.startedAt !== undefined && { readAt: Date.parse(load.startedAt) }),
  };
  const before = { ...Object.fromEntries(lanes.map(({ lane }) => [lane, empty])), ...load.before };
  const drain = await waitForDrain({
    client,
    expected: { accepted: load.accepted, before },
    stillForMs: 1_000,
    stalledAfterMs: 15_000,
    deadlineMs: 900_000,
    signal,
  });
  // Without a store's totals, report that instead of calling everything lost.
  totalsOf(await client.lanes());
  const account = await client.compare({ accepted: load.accepted, unknown: load.unknown, before });
  return drain.drained
    ? { account }
    : { account: { ...account, exact: false }, notDrained: drain.reason ?? 'not drained' };
}
