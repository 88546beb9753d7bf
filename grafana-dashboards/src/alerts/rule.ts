/** A rule that computes a series for other rules. */
export interface RecordingRule {
  readonly record: string;
  readonly expr: string;
}

/** When somebody should look, and at what. */
export interface AlertRule {
  /** CamelCase; its section in the runbooks is the same in lower case. */
  readonly alert: string;
  readonly expr: string;
  /** How long it must be so, in Prometheus' notation (`2m`). */
  readonly for: string;
  /** `critical`: messages are refused or in danger, now. `warning`: today. `info`: worth knowing. */
  readonly severity: 'critical' | 'warning' | 'info';
  /** One line, with the labels that matter. */
  readonly summary: string;
  /** What it means and what is not affected. */
  readonly description: string;
}

/** The page on which every alert has its section, from the root of this repository. */
export const RUNBOOKS_PATH = 'docs/runbooks.md';

/**
 * Section of the runbooks for an alert, as a path: the page has no address of its own until it is published, so rules carry the
 * annotation `runbook`, and `runbook_url` only where someone gives an address.
 */
export function runbookOf(alert: string): string {
  return `${RUNBOOKS_PATH}#${alert.toLowerCase()}`;
}
