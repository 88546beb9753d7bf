import {
  LegendDisplayMode,
  LegendPlacement,
  VisibilityMode,
  VizLegendOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import { MappingType } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/statetimeline';
import type { Signal } from '../signals/signal.ts';
import { DATASOURCE, type PanelDefinition, rangeTargets, type Size } from './panel.ts';

/** What a value means, in a word and a colour. */
export interface StateName {
  readonly text: string;
  readonly color: 'green' | 'orange' | 'red';
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
