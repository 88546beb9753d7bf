import type { ResolvedDashboard, ResolvedPanel, View } from '../model/resolve.ts';
import type { PrometheusClient, Series } from '../prometheus/client.ts';

/** One line of a panel. */
export interface NamedSeries extends Series {
  /** What its legend says. */
  readonly name: string;
  /** Of the query it comes from. */
  readonly refId: string;
}

/** A panel and what Prometheus answered. */
export interface PanelData {
  readonly panel: ResolvedPanel;
  readonly series: readonly NamedSeries[];
}

/** A moment that is marked on all charts. */
export interface Mark {
  readonly time: number;
  readonly text: string;
  readonly color: string;
}

/** Everything a picture shows. */
export interface DashboardData {
  readonly dashboard: ResolvedDashboard;
  readonly panels: readonly PanelData[];
  readonly marks: readonly Mark[];
}

/** Queries Prometheus for all panels of a dashboard. */
export async function readDashboardData(
  dashboard: ResolvedDashboard,
  client: PrometheusClient,
  { range, stepSeconds }: View,
): Promise<DashboardData> {
  const panels: PanelData[] = [];
  for (const panel of dashboard.panels) {
    const series: NamedSeries[] = [];
    for (const { expr, instant, legendFormat, refId } of panel.targets) {
      const found = instant
        ? await client.query(expr, range.to)
        : await client.queryRange(expr, range, stepSeconds);
      for (const one of found) series.push({ ...one, refId, name: legendOf(legendFormat, one.labels) });
    }
    panels.push({ panel, series });
  }
  const marks: Mark[] = [];
  for (const { expr, iconColor, titleFormat } of dashboard.annotations) {
    for (const { labels, samples } of await client.queryRange(expr, range, stepSeconds)) {
      const times = samples.map(([time]) => time);
      // One change shows for as long as the two looks differ; its beginning counts.
      for (const [index, time] of times.entries()) {
        const previous = times[index - 1];
        if (previous !== undefined && time - previous <= stepSeconds * 1.5) continue;
        marks.push({ time, text: legendOf(titleFormat, labels), color: iconColor });
      }
    }
  }
  return { dashboard, panels, marks: marks.sort((a, b) => a.time - b.time) };
}

/** Replaces `{{label}}` by the label's value. */
export function legendOf(format: string, labels: Readonly<Record<string, string>>): string {
  return format.replaceAll(/\{\{\s*(\w+)\s*\}\}/g, (_, label: string) => labels[label] ?? '');
}
