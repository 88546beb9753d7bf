import type { LaneTotals } from './compare-account.ts';

/** How far a lane is behind, as its broker (and for a log its store) tells. */
export interface LaneBacklog {
  readonly messages: number;
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
