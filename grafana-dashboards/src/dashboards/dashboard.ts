import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  RowBuilder,
  type VariableModel,
} from '@grafana/grafana-foundation-sdk/dashboard';
import type { PanelDefinition } from '../panels/panel.ts';
import { MARKS } from './marks.ts';

/** Contents of a dashboard. */
export interface DashboardOptions {
  /** File name and, prefixed with `caudal-`, the uid, which keeps links stable. */
  readonly name: string;
  /** The system that it is about, where that is not the pipeline: its panels are empty where the system is off. */
  readonly system?: string;
  readonly title: string;
  readonly description: string;
  readonly variables: readonly Builder<VariableModel>[];
  readonly rows: readonly { readonly title: string; readonly panels: readonly PanelDefinition[] }[];
}

/** A dashboard and its name. */
export interface NamedDashboard {
  readonly name: string;
  readonly builder: DashboardBuilder;
}

/** Builds a dashboard with common settings: time range, refresh, shared cursor, marks and links to the other dashboards. */
export function dashboard(options: DashboardOptions): NamedDashboard {
  const { name, system, title, description, variables, rows } = options;
  const builder = new DashboardBuilder(title)
    .uid(`caudal-${name}`)
    .description(description)
    .tags(system === undefined ? ['caudal'] : ['caudal', system])
    .time({ from: 'now-15m', to: 'now' })
    .refresh('5s')
    .timezone('browser')
    .tooltip(DashboardCursorSync.Crosshair)
    .variables([...variables])
    .annotations([...MARKS])
    .link(
      new DashboardLinkBuilder('Caudal')
        .type(DashboardLinkType.Dashboards)
        .tags(['caudal'])
        .asDropdown(false)
        .includeVars(true)
        .keepTime(true),
    );
  for (const row of rows) {
    builder.withRow(new RowBuilder(row.title));
    for (const panel of row.panels) builder.withPanel(panel);
  }
  return { name, builder };
}
