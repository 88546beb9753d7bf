import type { LaneTotals } from './account.ts';

/** Backlog of a lane, as reported by its broker (and for a log by its store). */
export interface LaneBacklog {
  /** Messages the lane still has to store: waiting on the broker plus in hand at consumers, see `covers`. */
  readonly messages: number;
  /** `waiting only`: `messages` excludes unacknowledged messages, because the broker was not asked for them. */
  readonly covers: 'waiting and in hand' | 'waiting only';
  /** Not delivered to a consumer yet; null for a log, which does not report it. */
  readonly waiting: number | null;
  /** Delivered and not acknowledged; null if unknown. */
  readonly inHand: number | null;
  /** `messages` divided by the store's recent growth rate; null if the rate is unknown or 0. */
  readonly secondsBehind: number | null;
  readonly bySource: Readonly<Record<string, number>>;
  readonly deadLetters: number;
  /** Consumers seen by the broker; null if not reported. */
  readonly consumers: number | null;
}

/** The console's report on a lane. Unreadable parts are null, with the reason under `errors`. */
export interface LaneReport {
  readonly lane: string;
  readonly broker: string;
  readonly store: string;
  /** The only countries whose messages the lane takes; absent: all. */
  readonly countries?: readonly string[] | undefined;
  readonly totals: (LaneTotals & { readonly byWeather: Readonly<Record<string, number>> }) | null;
  readonly backlog: LaneBacklog | null;
  /** Messages stored a second over the last 30 s; null if unknown. */
  readonly perSecond?: number | null | undefined;
  /** Errors by `store` or `broker`; empty if there are none. */
  readonly errors: Readonly<Partial<Record<'store' | 'broker', string>>>;
}
