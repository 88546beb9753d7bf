/** What an alert must do with given series: they are one sample a minute, in promtool's notation. */
export interface AlertCase {
  readonly alert: string;
  readonly what: string;
  readonly series: Readonly<Record<string, string>>;
  /** Minute at which it is looked at. */
  readonly atMinute: number;
  /** Labels besides `severity` and the release's, and the summary a person reads; empty: it is silent. */
  readonly fires: readonly { readonly labels: Readonly<Record<string, string>>; readonly summary: string }[];
}

/** Labels by which the chart's Prometheus distinguishes releases. */
export const RELEASE = { namespace: 'demo', release: 'caudal' } as const;
