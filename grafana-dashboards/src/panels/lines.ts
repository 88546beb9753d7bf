import {
  GraphDrawStyle,
  LegendDisplayMode,
  LegendPlacement,
  LineInterpolation,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import type { Signal } from '../signals/signal.ts';
import { DATASOURCE, type PanelDefinition, type Repeat, rangeTargets, type Size } from './panel.ts';

/** How a signal's lines are drawn. */
export interface LinesOptions extends Size, Repeat {
  /** Lay the lines on top of each other: their sum is the upper edge. */
  readonly stacked?: boolean;
  /** Draw steps, for figures that jump: replicas, partitions. */
  readonly steps?: boolean;
}

/** A signal over time. */
export function lines(
  signal: Signal,
  { span, height, stacked, steps, repeat }: LinesOptions,
): PanelDefinition {
  const panel = new PanelBuilder()
    .title(signal.title)
    .description(signal.description)
    .unit(signal.unit)
    .min(0)
    .datasource(DATASOURCE)
    .targets(rangeTargets(signal))
    .span(span)
    .height(height)
    .drawStyle(GraphDrawStyle.Line)
    .lineWidth(1)
    .lineInterpolation(steps ? LineInterpolation.StepAfter : LineInterpolation.Linear)
    .fillOpacity(stacked ? 40 : 8)
    .showPoints(VisibilityMode.Never)
    .legend(
      new VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(LegendDisplayMode.Table)
        .placement(LegendPlacement.Bottom)
        .calcs(['lastNotNull', 'max']),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending));
  if (signal.unit === 'short') panel.decimals(0);
  if (stacked) panel.stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group('A'));
  if (repeat) panel.repeat(repeat).repeatDirection('h').maxPerRow(2);
  return panel;
}
