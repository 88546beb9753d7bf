import type { Account, LaneTotals } from '@caudal/common/account';
import { ExpectedError } from '../cli/run-command-line.ts';
import { type ConsoleClient, totalsOf } from '../load/console-client.ts';
import type { LastLoad } from '../load/last-load.ts';
import { waitForDrain } from '../load/wait-for-drain.ts';

/** What `verify` found. */
export interface VerifiedLoad {
  readonly account: Account;
  /** Why the lanes were not drained; absent when they were. */
  readonly notDrained?: string;
}

/**
 * Drains the lanes, then compares a load with what the stores have counted since.
 * @throws ExpectedError when the console cannot be asked or a store cannot be read.
 */
export async function verifyLoad(
  client: ConsoleClient,
  load: LastLoad,
  signal: AbortSignal,
): Promise<VerifiedLoad> {
  const lanes = await client.lanes().catch((error: unknown) => {
    throw new ExpectedError(`the console does not answer: ${String(error)}`, { cause: error });
  });
  const empty: LaneTotals = {
    total: 0,
    byCountry: {},
    identities: 0,
    ...(load.startedAt !== undefined && { readAt: Date.parse(load.startedAt) }),
  };
  const before = { ...Object.fromEntries(lanes.map(({ lane }) => [lane, empty])), ...load.before };
  const accepted = Object.values(load.accepted).reduce((sum, count) => sum + count, 0);
  const drain = await waitForDrain({
    client,
    expectedTotals: Object.fromEntries(
      Object.entries(before).map(([lane, totals]) => [lane, totals.total + accepted]),
    ),
    stillForMs: 1_000,
    stalledAfterMs: 15_000,
    deadlineMs: 900_000,
    signal,
  });
  // A store that is down has no totals: say so instead of calling everything lost.
  totalsOf(await client.lanes());
  const account = await client.compare({ accepted: load.accepted, unknown: load.unknown, before });
  return drain.drained
    ? { account }
    : { account: { ...account, exact: false }, notDrained: drain.reason ?? 'not over' };
}
