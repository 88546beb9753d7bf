import {
  GraphDrawStyle,
  LegendDisplayMode,
  LegendPlacement,
  LineInterpolation,
  ScaleDistribution,
  ScaleDistributionConfigBuilder,
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
import { colored, DATASOURCE, type PanelDefinition, type Repeat, rangeTargets, type Size } from './panel.ts';

/** How a signal's lines are drawn. */
export interface LinesOptions extends Size, Repeat {
  /** Lay the lines on top of each other: their sum is the upper edge. */
  readonly stacked?: boolean;
  /** Draw steps, for figures that jump: replicas, partitions. */
  readonly steps?: boolean;
  /** Draw on a scale of powers of two, from 0 on or for values that are never 0: a spike then leaves the usual values readable. */
  readonly doubling?: 'from 0' | 'above 0';
  /** Minimum upper end of the axis, so that small values do not look alarming. */
  readonly softMax?: number;
  /** Text shown without data. */
  readonly noValue?: string;
}

/** A signal over time. */
export function lines(
  signal: Signal,
  { span, height, stacked, steps, doubling, softMax, noValue, repeat }: LinesOptions,
): PanelDefinition {
  const panel = new PanelBuilder()
    .title(signal.title)
    .description(signal.description)
    .unit(signal.unit)
    .datasource(DATASOURCE)
    .targets(rangeTargets(signal))
    .span(span)
    .height(height)
    .drawStyle(GraphDrawStyle.Line)
    .lineWidth(1)
    .lineInterpolation(steps ? LineInterpolation.StepAfter : LineInterpolation.Linear)
    .fillOpacity(stacked ? 40 : isSingle(signal) ? 8 : 0)
    .showPoints(VisibilityMode.Never)
    .legend(
      new VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(LegendDisplayMode.Table)
        .placement(LegendPlacement.Bottom)
        .calcs(['lastNotNull', 'max']),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending));
  colored(panel, signal, stacked);
  if (signal.unit === 'short') panel.decimals(0);
  if (doubling === undefined) panel.min(0);
  else panel.scaleDistribution(doublingScale(doubling));
  if (softMax !== undefined) panel.axisSoftMax(softMax);
  if (noValue !== undefined) panel.noValue(noValue);
  if (stacked) panel.stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group('A'));
  if (repeat) panel.repeat(repeat).repeatDirection('h').maxPerRow(2);
  return panel;
}

function doublingScale(doubling: 'from 0' | 'above 0'): ScaleDistributionConfigBuilder {
  const scale = new ScaleDistributionConfigBuilder().log(2);
  if (doubling === 'above 0') return scale.type(ScaleDistribution.Log);
  return scale.type(ScaleDistribution.Symlog).linearThreshold(1);
}

/** Fill the area only under a single line: where lines cross, areas mix. */
function isSingle({ queries }: Signal): boolean {
  return queries.length === 1 && !queries[0]?.legend.includes('{{');
}
