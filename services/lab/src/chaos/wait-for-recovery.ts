import { setTimeout as sleep } from 'node:timers/promises';
import type { LaneReport } from '@caudal/common/account';

/** What {@link waitForRecovery} looks at. */
export interface RecoveryOptions {
  /** The services at the moment. */
  readonly services: () => readonly ObservedService[];
  /** Reads the lanes; rejects when the console does not answer. */
  readonly lanes: () => Promise<readonly LaneReport[]>;
  /** A lane with at most this backlog has caught up: under load it is never exactly empty. */
  readonly caughtUpBelow: number;
  readonly timeoutMs: number;
  /** Whether messages are still being posted: without load no count can move. */
  readonly isLoaded: () => boolean;
  readonly signal: AbortSignal;
}

/** A service whose readiness can be asked for. */
export interface ObservedService {
  readonly name: string;
  readiness(): Promise<{ readonly ready: boolean; readonly detail: string }>;
}

const POLL_MS = 100;

/**
 * Waits until every service is ready and every lane has both stored something new and caught up with its backlog, so
 * that nothing of this fault is left to be seen during the next one.
 * @returns how long that took; with the reason when it did not happen in time
 */
export async function waitForRecovery(
  options: RecoveryOptions,
): Promise<{ readonly tookMs: number; readonly problem?: string }> {
  const startedAt = performance.now();
  const first = new Map<string, number>();
  for (;;) {
    const problem = (await unreadyService(options.services())) ?? (await laggingLane(options, first));
    const tookMs = performance.now() - startedAt;
    if (problem === undefined) return { tookMs };
    if (tookMs > options.timeoutMs) return { tookMs, problem };
    await sleep(POLL_MS, undefined, { signal: options.signal });
  }
}

async function unreadyService(services: readonly ObservedService[]): Promise<string | undefined> {
  const states = await Promise.all(
    services.map(async (service) => ({ name: service.name, ...(await service.readiness()) })),
  );
  const unready = states.find(({ ready }) => !ready);
  return unready === undefined ? undefined : `${unready.name}: ${unready.detail}`;
}

/** Why the first lane that has not recovered has not; `first` keeps each lane's total at its first reading. */
async function laggingLane(
  { lanes: readLanes, caughtUpBelow, isLoaded }: RecoveryOptions,
  first: Map<string, number>,
): Promise<string | undefined> {
  const lanes = await readLanes().catch(() => undefined);
  if (lanes === undefined) return 'the console does not answer';
  if (lanes.length === 0) return 'the console reports no lane';
  const problems = lanes.map(({ lane, totals, backlog, errors }) => {
    if (totals === null) return `${lane}: ${errors.store ?? 'its store gives no totals'}`;
    const before = first.get(lane);
    if (before === undefined) first.set(lane, totals.total);
    if (isLoaded() && (before === undefined || totals.total === before)) return `${lane} stores nothing`;
    if (backlog === null) return `${lane}: ${errors.broker ?? 'its broker gives no backlog'}`;
    if (backlog.messages > caughtUpBelow) return `${lane} has a backlog of ${backlog.messages}`;
    return undefined;
  });
  return problems.find((problem) => problem !== undefined);
}
