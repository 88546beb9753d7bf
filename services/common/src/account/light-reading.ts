import type { PerCountry } from './account.ts';

/** What ingest accepted, as far as it is known. */
export type AcceptedReading =
  /** There is no Prometheus to count it. */
  | { readonly kind: 'absent' }
  | { readonly kind: 'unreadable'; readonly reason: string }
  | {
      readonly kind: 'known';
      readonly byCountry: PerCountry;
      /** Published without a confirm: any number of them may be stored. */
      readonly unconfirmed: PerCountry;
      /** Time of the oldest figure in it, ms since the epoch. */
      readonly asOf: number;
      /** Ingest processes that have ended, whose last counts may be missing. */
      readonly endedProcesses: number;
    };

/** A lane as it is read. */
export interface LaneReading {
  readonly lane: string;
  /** The only countries whose messages it takes; undefined: all. */
  readonly countries: readonly string[] | undefined;
  /** Undefined when its store does not answer. */
  readonly stored: PerCountry | undefined;
  /** Messages it still has to store, by where they are; undefined when its broker does not answer. */
  readonly backlog: { readonly messages: number; readonly inHand: number } | undefined;
  /** Whether a consumer waits for the store. */
  readonly isPaused: boolean;
  /** Messages a second that it stores; undefined when unknown. */
  readonly perSecond: number | undefined;
  /** Why a part is undefined. */
  readonly problem: string | undefined;
}

/** Everything that the light depends on, at one time. */
export interface LightReading {
  /** Ms since the epoch. */
  readonly at: number;
  readonly accepted: AcceptedReading;
  readonly lanes: readonly LaneReading[];
}

/** A finding of the light. */
export interface LightReason {
  readonly kind:
    | 'unreadable'
    | 'stale'
    | 'accepted-uncertain'
    | 'waiting'
    | 'in-hand'
    | 'accepting'
    | 'settling'
    | 'paused'
    | 'unexplained'
    | 'lanes-differ'
    | 'missing'
    | 'surplus';
  readonly lane?: string | undefined;
  readonly country?: string | undefined;
  readonly count?: number | undefined;
  /** The finding in one line. */
  readonly text: string;
}

/**
 * The exactness light. `exact`: at rest, every accepted message is in every lane, once. `equal`: at rest and the lanes
 * agree, but how many were accepted is not certain. `in-flight`: messages are on their way, or a lane is paused.
 * `drift`: at rest, and something is missing or over. `unknown`: a part cannot be read.
 */
export interface Light {
  readonly state: 'exact' | 'equal' | 'in-flight' | 'drift' | 'unknown';
  /** The verdict in one line. */
  readonly line: string;
  /** When the state began, ms since the epoch. */
  readonly since: number;
  readonly accepted?: number | undefined;
  readonly inFlight: number;
  /** How long something has been in flight. */
  readonly oldestSeconds?: number | undefined;
  readonly etaSeconds?: number | undefined;
  readonly reasons: readonly LightReason[];
  /** The last verdict at rest. */
  readonly lastCertain?: { readonly state: 'exact' | 'equal' | 'drift'; readonly at: number } | undefined;
}

/** What was last found right: later readings are compared with it, so that only what is new can be wrong. */
export interface Baseline {
  readonly at: number;
  /** Whether all that was accepted before is certain. */
  readonly isWhole: boolean;
  readonly accepted: Extract<AcceptedReading, { kind: 'known' }> | undefined;
  readonly stored: Readonly<Record<string, PerCountry>>;
}
