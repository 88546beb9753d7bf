import { HUES, type STATES } from '@caudal/common/palette';
import {
  LegendDisplayMode,
  LegendPlacement,
  VisibilityMode,
  VizLegendOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import { MappingType } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/statetimeline';
import { PanelBuilder as HistoryBuilder } from '@grafana/grafana-foundation-sdk/statushistory';
import type { Signal } from '../signals/signal.ts';
import { colored, DATASOURCE, type PanelDefinition, type Repeat, rangeTargets, type Size } from './panel.ts';

/** Text and colour of a value. */
export interface StateName {
  readonly text: string;
  readonly color: (typeof STATES)[keyof typeof STATES];
}

/** A signal of 0 and 1 over time, as words. */
export function states(
  signal: Signal,
  { span, height, zero, one }: Size & { readonly zero: StateName; readonly one: StateName },
): PanelDefinition {
  return new PanelBuilder()
    .title(signal.title)
    .description(signal.description)
    .unit(signal.unit)
    .datasource(DATASOURCE)
    .targets(rangeTargets(signal))
    .span(span)
    .height(height)
    .mappings([
      {
        type: MappingType.ValueToText,
        options: { '0': { ...zero, index: 0 }, '1': { ...one, index: 1 } },
      },
    ])
    .mergeValues(true)
    .showValue(VisibilityMode.Never)
    .rowHeight(0.8)
    .fillOpacity(75)
    .lineWidth(0)
    .legend(
      new VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .calcs([]),
    );
}

/** Small numbers over time, a row for each series and the number in each cell; 0 is grey. */
export function counts(
  signal: Signal,
  { span, height, repeat, zero }: Size & Repeat & { readonly zero: string },
): PanelDefinition {
  const panel = new HistoryBuilder()
    .title(signal.title)
    .description(signal.description)
    .unit(signal.unit)
    .decimals(0)
    .datasource(DATASOURCE)
    .targets(rangeTargets(signal))
    .span(span)
    .height(height)
    .maxDataPoints(60)
    .mappings([
      {
        type: MappingType.ValueToText,
        options: { '0': { text: zero, color: HUES.neutral.dark, index: 0 } },
      },
    ])
    .showValue(VisibilityMode.Auto)
    .rowHeight(0.8)
    .colWidth(0.95)
    .fillOpacity(70)
    .lineWidth(0)
    .legend(new VizLegendOptionsBuilder().showLegend(false).calcs([]));
  colored(panel, signal);
  if (repeat) panel.repeat(repeat).repeatDirection('h').maxPerRow(2);
  return panel;
}
