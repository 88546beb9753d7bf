/** What is wrong with a promise, in one vocabulary for every system. */
export type FindingKind =
  | 'lost'
  | 'doubled'
  | 'wrong'
  | 'early'
  | 'skipped'
  | 'out-of-order'
  | 'stale'
  | 'diverged'
  | 'unfelt'
  | 'over-budget'
  | 'unused';

/** Something that differs from what was promised. */
export interface Finding {
  readonly kind: FindingKind;
  /** What it was found in: a lane, an order, a replica. */
  readonly subject: string;
  readonly count: number;
  readonly detail: string;
  /** At most 5. */
  readonly examples: readonly string[];
}

/** Promises held against what is there. */
export interface Verdict {
  readonly promises: number;
  readonly kept: number;
  readonly unknown: number;
  readonly findings: readonly Finding[];
  /** Whether every promise was seen to be kept, and nothing else was found. */
  readonly exact: boolean;
}
