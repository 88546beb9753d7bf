import { setTimeout as sleep } from 'node:timers/promises';
import type { ConsoleClient } from '../load/console-client.ts';
import type { Stack } from '../stack/stack.ts';

/** What {@link waitForRecovery} looks at. */
export interface RecoveryOptions {
  readonly stack: Stack;
  readonly client: ConsoleClient;
  readonly timeoutMs: number;
  /** Whether messages are still being posted: without load no count can move. */
  readonly isLoaded: () => boolean;
  readonly signal: AbortSignal;
}

const POLL_MS = 100;

/**
 * Waits until every service is ready and every lane's store has counted something new.
 * @returns how long that took; with a reason when it did not come true in time
 */
export async function waitForRecovery(
  options: RecoveryOptions,
): Promise<{ readonly tookMs: number; readonly problem?: string }> {
  const { stack, client, timeoutMs, isLoaded, signal } = options;
  const startedAt = performance.now();
  const first = new Map<string, number>();
  for (;;) {
    const problem = (await unreadyService(stack)) ?? (await stillLane(client, first, isLoaded));
    const tookMs = performance.now() - startedAt;
    if (problem === undefined) return { tookMs };
    if (tookMs > timeoutMs) return { tookMs, problem };
    await sleep(POLL_MS, undefined, { signal });
  }
}

async function unreadyService(stack: Stack): Promise<string | undefined> {
  const states = await Promise.all(
    [...stack.processes().values()].map(async (service) => ({
      name: service.name,
      ...(await service.readiness()),
    })),
  );
  const unready = states.find(({ ready }) => !ready);
  return unready === undefined ? undefined : `${unready.name}: ${unready.detail}`;
}

/** A lane whose total is what it was when it was first read. */
async function stillLane(
  client: ConsoleClient,
  first: Map<string, number>,
  isLoaded: () => boolean,
): Promise<string | undefined> {
  const lanes = await client.lanes().catch(() => undefined);
  if (lanes === undefined) return 'the console does not answer';
  let still: string | undefined;
  for (const { lane, totals, errors } of lanes) {
    if (totals === null) {
      still ??= `${lane}: ${errors.store}`;
      continue;
    }
    const before = first.get(lane);
    if (before === undefined) first.set(lane, totals.total);
    if (isLoaded() && (before === undefined || totals.total === before)) still ??= `${lane} stores nothing`;
  }
  return still;
}
