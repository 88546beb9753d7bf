import type { MetricDefinition } from '@caudal/common/metrics';
import type { Owner } from '@caudal/common/palette';

/** One line, or one set of lines, of a panel. */
export interface Query {
  readonly expr: string;
  /** Grafana's legend format: `{{label}}` is replaced by the label's value. */
  readonly legend: string;
}

/** A signal: title, meaning, unit and queries. */
export interface Signal {
  readonly title: string;
  /** For first-time viewers: what the panel shows and how to read it. */
  readonly description: string;
  /** Grafana unit, such as `s`, `bytes`, `mps` (messages per second) or `short`. */
  readonly unit: string;
  readonly queries: readonly Query[];
  /** Whose figures these are where the legends do not name a lane or broker; by default neutral. */
  readonly owner?: Owner;
}

/** Label matchers of the release that a dashboard's variables choose. They also match series without these labels. */
export const SCOPE = 'namespace=~"$namespace", release=~"$release"';

/** The same, for one lane or several. */
export const LANE_SCOPE = `${SCOPE}, lane=~"$lane"`;

/** Window of rates; Grafana makes it at least four scrapes. */
export const RATE_WINDOW = '$__rate_interval';

/** Selects the series of a metric: `name{matchers}`. */
export function select(metric: MetricDefinition | string, matchers = ''): string {
  const name = typeof metric === 'string' ? metric : metric.name;
  return matchers === '' ? name : `${name}{${matchers}}`;
}

/** The series of a histogram's buckets. */
export function buckets(metric: MetricDefinition, matchers = ''): string {
  return select(`${metric.name}_bucket`, matchers);
}

/**
 * Median, 95th and 99th percentile of a histogram, one query each.
 *
 * @param by labels to keep apart; they are also the legend's
 */
export function quantiles(metric: MetricDefinition, matchers: string, by: readonly string[] = []): Query[] {
  const labels = ['le', ...by].join(', ');
  const suffix = by.map((label) => ` {{${label}}}`).join('');
  return [0.5, 0.95, 0.99].map((quantile) => ({
    expr: `histogram_quantile(${quantile}, sum by (${labels}) (rate(${buckets(metric, matchers)}[${RATE_WINDOW}])))`,
    legend: `p${quantile * 100}${suffix}`,
  }));
}
