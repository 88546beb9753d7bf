import type { PrometheusClient, TimeRange } from '../prometheus/client.ts';
import type { DashboardJson, GridPosition, PanelJson, TargetJson, VariableJson } from './dashboard-json.ts';

/** Time range and resolution of a dashboard. */
export interface View {
  readonly range: TimeRange;
  /** Time between two points of a range query, in seconds. */
  readonly stepSeconds: number;
  /** How often Prometheus scrapes, in seconds; Grafana knows it from the data source's settings. */
  readonly scrapeSeconds: number;
}

/** A panel as Grafana would show it: repeated where it repeats, its variables replaced. */
export interface ResolvedPanel extends PanelJson {
  readonly targets: readonly TargetJson[];
}

/** A dashboard as Grafana would show it. */
export interface ResolvedDashboard {
  readonly json: DashboardJson;
  readonly panels: readonly ResolvedPanel[];
  /** Annotation queries with their variables replaced. */
  readonly annotations: DashboardJson['annotations']['list'];
  /** Values of the variables. */
  readonly chosen: readonly { readonly label: string; readonly text: string }[];
}

type Values = ReadonlyMap<string, string>;

/** Replaces variables by their defaults (All, for most) and repeats panels for the values Prometheus has. */
export async function resolveDashboard(
  json: DashboardJson,
  client: PrometheusClient,
  view: View,
): Promise<ResolvedDashboard> {
  const values = new Map([...builtIns(view), ...json.templating.list.map(defaultOf)]);
  const panels: ResolvedPanel[] = [];
  let shift = 0;
  for (const panel of json.panels) {
    const place = { ...panel.gridPos, y: panel.gridPos.y + shift };
    if (panel.repeat === undefined) {
      panels.push(resolvePanel(panel, values, place));
      continue;
    }
    const repeated = await valuesOf(json, panel.repeat, client, view, values);
    const perRow = Math.min(Math.max(repeated.length, 1), panel.maxPerRow ?? 4);
    const w = Math.floor(24 / perRow);
    for (const [index, value] of repeated.entries()) {
      const row = Math.floor(index / perRow);
      const at = { x: (index % perRow) * w, y: place.y + row * place.h, w, h: place.h };
      panels.push(resolvePanel(panel, new Map([...values, [panel.repeat, value]]), at));
    }
    shift += (Math.ceil(repeated.length / perRow) - 1) * place.h;
  }
  return {
    json,
    panels,
    annotations: json.annotations.list.map((one) => ({ ...one, expr: substitute(one.expr, values) })),
    chosen: json.templating.list
      .filter(({ type }) => type !== 'datasource')
      .map(({ name, label = name, current }) => ({ label, text: current?.text ?? '' })),
  };
}

/** Replaces `$name` and `${name}`. @throws Error for a variable that is not there. */
export function substitute(text: string, values: Values): string {
  return text.replaceAll(/\$(?:\{(\w+)\}|(\w+))/g, (_, braced?: string, plain?: string) => {
    const name = braced ?? plain ?? '';
    const value = values.get(name);
    if (value === undefined) throw new Error(`unknown dashboard variable $${name} in: ${text}`);
    return value;
  });
}

function resolvePanel(panel: PanelJson, values: Values, gridPos: GridPosition): ResolvedPanel {
  return {
    ...panel,
    gridPos,
    title: substitute(panel.title, values),
    targets: (panel.targets ?? []).map((target) => ({ ...target, expr: substitute(target.expr, values) })),
  };
}

/** As Grafana defines them; a rate window holds at least four scrapes, or a rate would have gaps. */
function builtIns({ range, stepSeconds, scrapeSeconds }: View): [string, string][] {
  const rateWindow = Math.max(stepSeconds + scrapeSeconds, 4 * scrapeSeconds);
  return [
    ['__interval', `${stepSeconds}s`],
    ['__rate_interval', `${rateWindow}s`],
    ['__range', `${Math.round(range.to - range.from)}s`],
  ];
}

function defaultOf({ name, allValue, current }: VariableJson): [string, string] {
  return [name, current?.value === '$__all' ? (allValue ?? '.*') : (current?.value ?? '')];
}

async function valuesOf(
  json: DashboardJson,
  name: string,
  client: PrometheusClient,
  { range }: View,
  values: Values,
): Promise<readonly string[]> {
  const query = json.templating.list.find((one) => one.name === name)?.query;
  const text = typeof query === 'string' ? query : (query?.query ?? '');
  const [, match, label] = /^label_values\((.+), (\w+)\)$/.exec(text) ?? [];
  if (match === undefined || label === undefined) {
    throw new Error(`panels repeat for $${name}, which is no label_values(series, label) variable: ${text}`);
  }
  return client.labelValues(label, substitute(match, values), range);
}
