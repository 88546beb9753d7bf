import { setTimeout as sleep } from 'node:timers/promises';
import type { LaneReport } from '@caudal/common/account';
import { errorMessage } from '@caudal/common/errors';
import type { AccountRequest, ConsoleClient } from './console-client.ts';

/** Conditions and limits of the wait. */
export interface DrainOptions {
  readonly client: ConsoleClient;
  /**
   * Accepted messages, of which each lane in `before` has to store those of its countries on top of its total there.
   * Other lanes only have to be empty and idle.
   */
  readonly expected?: Pick<AccountRequest, 'accepted' | 'before'>;
  /** Required time without changes, ms: a queue's unacknowledged messages are counted with a delay of some seconds. */
  readonly stillForMs: number;
  /** Stops waiting after this time without progress, ms. */
  readonly stalledAfterMs: number;
  /** Stops waiting after this time in any case, ms. */
  readonly deadlineMs: number;
  readonly onProgress?: (lanes: readonly LaneReport[]) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Result of the wait. `reason` says why it ended without a drain. */
export interface DrainResult {
  readonly drained: boolean;
  readonly reason?: string;
  readonly tookMs: number;
  /** By lane, when its store was last seen to change, ms since the epoch. */
  readonly lastChangeAt: Readonly<Record<string, number>>;
}

const POLL_MS = 200;

/** Waits while lanes make progress, until everything is stored, the brokers are empty and nothing changes. */
export async function waitForDrain(options: DrainOptions): Promise<DrainResult> {
  const startedAt = performance.now();
  const lastChangeAt: Record<string, number> = {};
  const totals = new Map<string, number>();
  let lastState = '';
  let stillSince = performance.now();
  for (;;) {
    options.signal?.throwIfAborted();
    const { lanes, problem } = await readLanes(options.client);
    for (const { lane, totals: read } of lanes) {
      if (read === null || totals.get(lane) === read.total) continue;
      if (totals.has(lane) || lastChangeAt[lane] === undefined) lastChangeAt[lane] = Date.now();
      totals.set(lane, read.total);
    }
    const state = JSON.stringify(
      lanes.map(({ lane, totals: read, backlog }) => [lane, read?.total, backlog?.messages]),
    );
    const now = performance.now();
    if (state !== lastState) stillSince = now;
    lastState = state;
    const waitsFor = problem ?? unfinished(lanes, options.expected);
    const result = { tookMs: now - startedAt, lastChangeAt };
    if (waitsFor === undefined && now - stillSince >= options.stillForMs) return { drained: true, ...result };
    if (waitsFor !== undefined && now - stillSince >= options.stalledAfterMs) {
      const seconds = Math.round(options.stalledAfterMs / 1_000);
      return { drained: false, reason: `no progress for ${seconds} s: ${waitsFor}`, ...result };
    }
    if (now - startedAt >= options.deadlineMs) {
      const reason = `not drained after ${Math.round(options.deadlineMs / 1_000)} s: ${waitsFor ?? 'still changing'}`;
      return { drained: false, reason, ...result };
    }
    options.onProgress?.(lanes);
    await sleep(POLL_MS, undefined, options.signal ? { signal: options.signal } : {});
  }
}

async function readLanes(client: ConsoleClient): Promise<{ lanes: readonly LaneReport[]; problem?: string }> {
  try {
    return { lanes: await client.lanes() };
  } catch (error) {
    return { lanes: [], problem: errorMessage(error) };
  }
}

/** What the first unfinished lane is waiting for. */
function unfinished(lanes: readonly LaneReport[], expected: DrainOptions['expected']): string | undefined {
  for (const { lane, countries, totals, backlog, errors } of lanes) {
    if (totals === null) return `${lane}: ${errors.store}`;
    if (backlog === null) return `${lane}: ${errors.broker}`;
    if (backlog.messages > 0) return `${lane} has a backlog of ${backlog.messages}`;
    const before = expected?.before[lane]?.total;
    if (expected === undefined || before === undefined) continue;
    const missing = before + acceptedOf(countries, expected.accepted) - totals.total;
    if (missing > 0) return `${lane} has ${missing} messages to store`;
  }
  return undefined;
}

/** Accepted messages of these countries, by default of all. */
function acceptedOf(countries: LaneReport['countries'], accepted: AccountRequest['accepted']): number {
  return Object.entries(accepted).reduce(
    (sum, [country, count]) => sum + (countries?.includes(country) === false ? 0 : count),
    0,
  );
}
