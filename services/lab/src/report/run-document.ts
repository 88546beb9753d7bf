import type { Painter } from '../cli/painter.ts';

/** What every measured run has, whatever its system. */
export interface MeasuredRun {
  readonly load: {
    /** ISO 8601. */
    readonly startedAt: string;
    /** Limits of the load test itself; a run whose load failed them does not pass. */
    readonly thresholds: { readonly passed: boolean };
  };
}

/** How a run came about. */
export interface RunDetails {
  readonly id: string;
  /** Name of the system that was measured; absent in files of versions that had only messages. */
  readonly system?: string;
  readonly command: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly machine: string;
  readonly settings: Readonly<Record<string, string | number | boolean>>;
}

/** A run as saved in results/<id>/run.json. */
export type RunDocument<Result extends MeasuredRun = MeasuredRun> = Result & RunDetails;

/** How a system's runs are shown and kept. */
export interface Reporter<Result extends MeasuredRun = MeasuredRun> {
  /** The system's name. */
  readonly name: string;
  readonly report: {
    /** A run for a terminal: verdict first, then speed. */
    summary(result: Result, paint: Painter): string;
    /** Files of a run's folder beside run.json, by name; `report.md` is one of them. */
    files(run: RunDocument<Result>): Readonly<Record<'report.md', string> & Record<string, string>>;
  };
  /** Keeps what `verify` needs to judge a run again. */
  remember(id: string, result: Result): void;
}
