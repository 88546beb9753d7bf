import type { LaneTotals } from './compare-account.ts';

/** How far a lane is behind, as its broker (and for a log its store) tells. */
export interface LaneBacklog {
  /** What the lane still has to store: waiting on the broker plus in consumers' hands, as far as `covers` says. */
  readonly messages: number;
  /** `waiting only`: RabbitMQ's management API was not asked, so what consumers hold is not in `messages`. */
  readonly covers: 'waiting and in hand' | 'waiting only';
  /** Not delivered to a consumer yet; null for Kafka, which does not know. */
  readonly waiting: number | null;
  /** Delivered and not acknowledged; null where it is not known. */
  readonly inHand: number | null;
  /** `messages` at the rate at which the store grew lately; null while that is not known, or nothing is stored. */
  readonly secondsBehind: number | null;
  readonly bySource: Readonly<Record<string, number>>;
  readonly deadLetters: number;
  /** Consumers the broker sees; null where it cannot tell. */
  readonly consumers: number | null;
}

/** What the console says of one lane. What could not be read is null, with the reason under `errors`. */
export interface LaneReport {
  readonly lane: string;
  readonly broker: string;
  readonly store: string;
  readonly totals: (LaneTotals & { readonly byWeather: Readonly<Record<string, number>> }) | null;
  readonly backlog: LaneBacklog | null;
  /** What went wrong, by `store` or `broker`; empty when all is well. */
  readonly errors: Readonly<Partial<Record<'store' | 'broker', string>>>;
}
