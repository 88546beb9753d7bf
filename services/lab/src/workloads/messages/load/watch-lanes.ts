import type { LaneReport } from '@caudal/common/account';

/** Options of {@link watchLanes}. */
export interface LaneWatchOptions {
  /** Reads the lanes; rejects when the console does not answer. */
  readonly lanes: () => Promise<readonly LaneReport[]>;
  /** Largest backlog of a lane that has caught up, messages: under load it is never exactly empty. */
  readonly caughtUpBelow: number;
  /** Whether messages are being posted: without load, counts do not change. */
  readonly isLoaded: () => boolean;
}

/**
 * Watches whether every lane stores new messages and has caught up.
 * @returns a function that says why the first lane that has not, has not
 */
export function watchLanes(options: LaneWatchOptions): () => Promise<string | undefined> {
  const { lanes: readLanes, caughtUpBelow, isLoaded } = options;
  /** Each lane's total at its first reading. */
  const first = new Map<string, number>();
  return async () => {
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
  };
}
