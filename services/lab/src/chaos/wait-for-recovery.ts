import { setTimeout as sleep } from 'node:timers/promises';
import type { LaneReport } from '@caudal/common/account';

/** Options of {@link waitForRecovery}. */
export interface RecoveryOptions {
  /** Current services. */
  readonly services: () => readonly ObservedService[];
  /** Reads the lanes; rejects when the console does not answer. */
  readonly lanes: () => Promise<readonly LaneReport[]>;
  /** Largest backlog of a lane that has caught up, messages: under load it is never exactly empty. */
  readonly caughtUpBelow: number;
  readonly timeoutMs: number;
  /** Whether messages are being posted: without load, counts do not change. */
  readonly isLoaded: () => boolean;
  readonly signal: AbortSignal;
}

/** A service with a readiness check. */
export interface ObservedService {
  readonly name: string;
  readiness(): Promise<{ readonly ready: boolean; readonly detail: string }>;
}

const POLL_MS = 100;

/**
 * Waits until every service is ready and every lane has stored new messages and caught up, so that no effect of this
 * fault remains during the next one.
 * @returns how long that took, and the reason when it did not happen in time
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

/** Why the first unrecovered lane has not recovered; `first` keeps each lane's total at its first reading. */
async function laggingLane(
  { lanes: readLanes, caughtUpBelow, isLoaded }: RecoveryOptions,
  first: Map<string, number>,
): Promise<string | undefined> {
  const lanes = await readLanes().catch(() => undefined);
  if (lanes === undefined) return 'console does not answer';
  if (lanes.length === 0) return 'console reports no lanes';
  const problems = lanes.map(({ lane, totals, backlog, errors }) => {
    if (totals === null) return `${lane}: ${errors.store ?? 'store totals are unavailable'}`;
    const before = first.get(lane);
    if (before === undefined) first.set(lane, totals.total);
    if (isLoaded() && (before === undefined || totals.total === before)) return `${lane} stores nothing`;
    if (backlog === null) return `${lane}: ${errors.broker ?? 'backlog is unavailable'}`;
    if (backlog.messages > caughtUpBelow) return `${lane} has a backlog of ${backlog.messages}`;
    return undefined;
  });
  return problems.find((problem) => problem !== undefined);
}
