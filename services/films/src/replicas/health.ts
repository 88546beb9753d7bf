import type { Observation } from './observation.ts';

export const OUT_REASONS = ['unreachable', 'errors', 'lagging', 'not_a_replica'] as const;

/** Why a server gets no reads. */
export type OutReason = (typeof OUT_REASONS)[number];

/** Whether a server gets reads. */
export type Health =
  | { readonly kind: 'starting' }
  | { readonly kind: 'in'; readonly errorsInRow: number }
  | {
      readonly kind: 'out';
      readonly reason: OutReason;
      readonly sinceMs: number;
      /** Since the last bad one. */
      readonly goodProbes: number;
    };

const MOST_ERRORS_IN_ROW = 3;
/** A server that comes and goes is not asked at each of its comings. */
const GOOD_PROBES_TO_RETURN = 2;

/** What is wrong with a server by its last probe; undefined if nothing is. */
export function problemOf(
  observation: Observation | undefined,
  limits: {
    /** Whether it has to follow a primary, and closely. */
    readonly role: 'primary' | 'replica';
    /** Newest beat that was seen at any server, its own too. */
    readonly newestBeatMs: number;
    readonly maxLagMs: number;
  },
): Exclude<OutReason, 'errors'> | undefined {
  if (observation === undefined) return 'unreachable';
  if (limits.role === 'primary') return undefined;
  // It was promoted, or the URL is of another server: what it has may have parted from what the others have.
  if (!observation.isReplica) return 'not_a_replica';
  return limits.newestBeatMs - observation.beatMs > limits.maxLagMs ? 'lagging' : undefined;
}

/** A server is out with one bad probe, and in again after two good ones; the first good one is enough for a server that is new. */
export function afterProbe(
  health: Health,
  problem: Exclude<OutReason, 'errors'> | undefined,
  nowMs: number,
): Health {
  if (problem !== undefined)
    return {
      kind: 'out',
      reason: problem,
      sinceMs: health.kind === 'out' ? health.sinceMs : nowMs,
      goodProbes: 0,
    };
  switch (health.kind) {
    case 'in':
      return health;
    case 'starting':
      return { kind: 'in', errorsInRow: 0 };
    case 'out':
      return health.goodProbes + 1 < GOOD_PROBES_TO_RETURN
        ? { ...health, goodProbes: health.goodProbes + 1 }
        : { kind: 'in', errorsInRow: 0 };
  }
}

/** Errors in a row put a server out between two probes; reads that end later change nothing. */
export function afterRead(health: Health, outcome: 'answered' | 'error', nowMs: number): Health {
  if (health.kind !== 'in') return health;
  if (outcome === 'answered') return health.errorsInRow === 0 ? health : { kind: 'in', errorsInRow: 0 };
  const errorsInRow = health.errorsInRow + 1;
  return errorsInRow < MOST_ERRORS_IN_ROW
    ? { kind: 'in', errorsInRow }
    : { kind: 'out', reason: 'errors', sinceMs: nowMs, goodProbes: 0 };
}
