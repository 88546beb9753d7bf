import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog';
import type { DynamicConfigValue, FieldColorBuilder, Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import type { Signal } from '../signals/signal.ts';
import { baseColor, colorOverrides } from './color-overrides.ts';

/** A panel that a dashboard can take. */
export type PanelDefinition = Builder<Panel>;

/** Grid columns and rows a panel takes; the grid is 24 wide. */
export interface Size {
  readonly span: number;
  readonly height: number;
}

/** What is common to the panels that draw series in colours. */
interface Colorable {
  colorScheme(color: FieldColorBuilder): this;
  overrideByRegexp(regexp: string, properties: DynamicConfigValue[]): this;
}

/** Gives every series of a panel the colour of its meaning. */
export function colored<P extends Colorable>(panel: P, signal: Signal, isStacked = false): P {
  panel.colorScheme(baseColor(signal.owner));
  for (const { regexp, properties } of colorOverrides(signal, isStacked))
    panel.overrideByRegexp(regexp, properties);
  return panel;
}

/** The data source that the dashboard's variable chooses. */
export const DATASOURCE = { type: 'prometheus', uid: '$datasource' } as const;

/** Where a panel is shown once for each value of a variable. */
export interface Repeat {
  /** Name of the variable. */
  readonly repeat?: string;
}

const refId = (index: number): string => String.fromCharCode('A'.charCodeAt(0) + index);

/** One query for each of the signal's, over the time range. */
export function rangeTargets({ queries }: Signal): Builder<Dataquery>[] {
  return queries.map(({ expr, legend }, index) =>
    new DataqueryBuilder().refId(refId(index)).datasource(DATASOURCE).expr(expr).legendFormat(legend).range(),
  );
}

/** One query for each of the signal's, at the end of the time range. */
export function instantTargets(
  { queries }: Signal,
  format = PromQueryFormat.TimeSeries,
): Builder<Dataquery>[] {
  return queries.map(({ expr, legend }, index) =>
    new DataqueryBuilder()
      .refId(refId(index))
      .datasource(DATASOURCE)
      .expr(expr)
      .legendFormat(legend)
      .format(format)
      .instant(),
  );
}
