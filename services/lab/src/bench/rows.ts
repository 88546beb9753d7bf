import type { ServerName, Servers } from '../../../../tools/servers/servers.ts';
import type { PairResult } from './pairs.ts';

/** A table row: our rate against a reference in the same run. */
export interface Row {
  readonly what: string;
  readonly against: string;
  readonly unit: string;
  readonly result: PairResult;
  /** The ratio to reach. */
  readonly goal: number;
  readonly note?: string;
}

/** A figure and its bound, without a reference. */
export interface Figure {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  readonly goal: string;
  readonly isMet: boolean;
  readonly note?: string;
}

/** A part of a bench, for `--only`. */
export interface BenchPart {
  readonly name: string;
  measure(
    servers: Servers,
  ): Promise<{ readonly rows?: readonly Row[]; readonly figures?: readonly Figure[] }>;
}

/** What `npm run bench` measures, and with what. */
export interface BenchPlan {
  readonly servers: readonly ServerName[];
  /** Size and number of measurements; `pairs` of every row. Written beside the results. */
  readonly effort: { readonly pairs: number };
  readonly parts: readonly BenchPart[];
}
