import { readDashboards, systemOf } from '../model/dashboard-json.ts';
import { resolveDashboard, type View } from '../model/resolve.ts';
import { createPrometheusClient, type PrometheusClient, type Series } from '../prometheus/client.ts';
import { FILMS_SERIES } from '../signals/films.ts';
import { ORDERS_SERIES } from '../signals/orders.ts';
import { asksExporter, EXPORTER_SERIES } from '../signals/stores.ts';

/** A query without data. */
export interface EmptyQuery {
  readonly dashboard: string;
  readonly panel: string;
  readonly expr: string;
  /** `no series`, `only NaN`, or what Prometheus said. */
  readonly problem: string;
}

/** Result of {@link checkPanels}. */
export interface PanelCheck {
  /** Those of the pipeline and of the systems that this Prometheus scrapes. */
  readonly dashboards: number;
  readonly panels: number;
  readonly queries: number;
  readonly empty: readonly EmptyQuery[];
  /** Queries skipped because this Prometheus does not scrape their exporter. */
  readonly skipped: number;
}

/** Counts series of a system, by its name; empty where it is off. */
const SERIES_OF: Readonly<Record<string, string>> = {
  orders: ORDERS_SERIES,
  films: FILMS_SERIES,
};

/** Options of the check. */
export interface PanelCheckOptions {
  /** Directory with the dashboards' JSON. */
  readonly directory: string;
  readonly prometheusUrl: string;
  readonly view: View;
}

/**
 * Runs the queries of every panel as Grafana would with all variables at their defaults. A query without a number in the
 * time range counts as empty: after a load every panel has data. Annotations may be empty, but not invalid. Panels on the
 * stores' exporters and dashboards of a system are checked only if Prometheus has any of their series.
 *
 * @throws Error if Prometheus does not answer
 */
export async function checkPanels({
  directory,
  prometheusUrl,
  view,
}: PanelCheckOptions): Promise<PanelCheck> {
  const client = createPrometheusClient(prometheusUrl);
  const dashboards = readDashboards(directory);
  const empty: EmptyQuery[] = [];
  let panels = 0;
  let queries = 0;
  let skipped = 0;
  const hasAny = async (expr: string) => (await client.query(expr, view.range.to)).length > 0;
  const hasExporter = await hasAny(EXPORTER_SERIES);
  let checked = 0;
  for (const json of dashboards.values()) {
    const series = SERIES_OF[systemOf(json) ?? ''];
    if (series !== undefined && !(await hasAny(series))) continue;
    checked += 1;
    const resolved = await resolveDashboard(json, client, view);
    for (const { title, type, targets } of resolved.panels) {
      if (type === 'row' || type === 'text') continue;
      panels += 1;
      for (const { expr, instant } of targets) {
        if (asksExporter(expr) && !hasExporter) {
          skipped += 1;
          continue;
        }
        queries += 1;
        const problem = await problemOf(client, expr, instant, view);
        if (problem !== undefined) empty.push({ dashboard: json.title, panel: title, expr, problem });
      }
    }
    for (const { name, expr } of resolved.annotations) {
      queries += 1;
      const problem = await problemOf(client, expr, false, view);
      if (problem !== undefined && problem !== NO_SERIES) {
        empty.push({ dashboard: json.title, panel: `marks "${name}"`, expr, problem });
      }
    }
  }
  return { dashboards: checked, panels, queries, empty, skipped };
}

const NO_SERIES = 'no series';

async function problemOf(
  client: PrometheusClient,
  expr: string,
  instant: boolean,
  { range, stepSeconds }: View,
): Promise<string | undefined> {
  let series: readonly Series[];
  try {
    series = instant ? await client.query(expr, range.to) : await client.queryRange(expr, range, stepSeconds);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  if (series.length === 0) return NO_SERIES;
  const hasNumber = series.some(({ samples }) => samples.some(([, value]) => !Number.isNaN(value)));
  return hasNumber ? undefined : 'only NaN';
}
