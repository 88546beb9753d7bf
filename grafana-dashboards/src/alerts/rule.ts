/** A rule that computes a series for other rules. */
export interface RecordingRule {
  readonly record: string;
  readonly expr: string;
}

/** An alert: its condition and how to present it. */
export interface AlertRule {
  /** CamelCase; its section in the runbooks is the same in lower case. */
  readonly alert: string;
  readonly expr: string;
  /** Time the condition must hold, in Prometheus' notation (`2m`). */
  readonly for: string;
  /** `critical`: act now, messages are refused or at risk. `warning`: act today. `info`: no action required. */
  readonly severity: 'critical' | 'warning' | 'info';
  /** One line, with the labels that matter. */
  readonly summary: string;
  /** Meaning, and what is not affected. */
  readonly description: string;
}

/** The page on which every alert has its section, from the root of this repository. */
export const RUNBOOKS_PATH = 'docs/runbooks.md';

/**
 * Section of the runbooks for an alert, as a path: the page has no address of its own until it is published, so rules carry the
 * annotation `runbook`, and `runbook_url` only if an address is configured.
 */
export function runbookOf(alert: string): string {
  return `${RUNBOOKS_PATH}#${alert.toLowerCase()}`;
}
