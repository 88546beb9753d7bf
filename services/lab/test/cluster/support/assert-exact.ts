import assert from 'node:assert/strict';
import type { LoadResult } from '../../../src/workloads/messages/load/measure-load.ts';

/** What a load on a release must have come to besides being exact. */
export interface Expectation {
  readonly minAccepted: number;
  /** Messages that may be left without an answer: those in flight when the load was ended early. Default: 0. */
  readonly maxUnknown?: number;
  /** Messages that may be refused. Default: 0. */
  readonly maxRefused?: number;
}

/** Asserts that the messages of a load were accepted, that the lanes drained, and that the account is exact. */
export function assertExact(
  { account, load, notDrained }: LoadResult,
  { minAccepted, maxUnknown = 0, maxRefused = 0 }: Expectation,
): void {
  const { accepted, refused, unknown } = load.messages;
  assert.ok(accepted >= minAccepted, `only ${accepted} messages were accepted`);
  assert.deepEqual([account.exact, account.findings, notDrained], [true, [], undefined]);
  assert.ok(refused <= maxRefused, `${refused} messages were refused`);
  assert.ok(unknown <= maxUnknown, `${unknown} messages are unknown, more than the ${maxUnknown} in flight`);
}

/** Asserts that a fault under a load left a trace: a request sent again, a redelivery, a store transaction repeated. */
export function assertFelt({ load, counters }: LoadResult): void {
  const traces = { retries: load.requests.retries, ...counters };
  assert.ok(
    Object.values(traces).some((count) => count > 0),
    `nothing shows that anything was disturbed: ${JSON.stringify(traces)}`,
  );
}
