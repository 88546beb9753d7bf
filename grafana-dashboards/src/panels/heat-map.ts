import {
  ScaleDistribution,
  ScaleDistributionConfigBuilder,
  TooltipDisplayMode,
} from '@grafana/grafana-foundation-sdk/common';
import {
  HeatmapColorMode,
  HeatmapColorOptionsBuilder,
  HeatmapColorScale,
  HeatmapTooltipBuilder,
  PanelBuilder,
  RowsHeatmapOptionsBuilder,
  YAxisConfigBuilder,
} from '@grafana/grafana-foundation-sdk/heatmap';
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import type { Signal } from '../signals/signal.ts';
import { DATASOURCE, type PanelDefinition, type Repeat, type Size } from './panel.ts';

/** The buckets of a histogram over time; the signal has one query, which keeps the label `le` alone. */
export function heatMap(signal: Signal, { span, height, repeat }: Size & Repeat): PanelDefinition {
  const panel = new PanelBuilder()
    .title(signal.title)
    .description(signal.description)
    .unit('short')
    .datasource(DATASOURCE)
    .targets(
      signal.queries.map(({ expr, legend }) =>
        new DataqueryBuilder()
          .refId('A')
          .datasource(DATASOURCE)
          .expr(expr)
          .legendFormat(legend)
          .format(PromQueryFormat.Heatmap)
          .range(),
      ),
    )
    .span(span)
    .height(height)
    .calculate(false)
    .cellGap(0)
    .color(
      new HeatmapColorOptionsBuilder()
        .mode(HeatmapColorMode.Scheme)
        .scheme('Blues')
        .scale(HeatmapColorScale.Exponential)
        .exponent(0.5)
        .steps(64)
        .reverse(false),
    )
    .rowsFrame(new RowsHeatmapOptionsBuilder().value('messages'))
    .yAxis(new YAxisConfigBuilder().unit(signal.unit).min(0))
    .tooltip(new HeatmapTooltipBuilder().mode(TooltipDisplayMode.Single).yHistogram(true))
    .showLegend()
    .scaleDistribution(new ScaleDistributionConfigBuilder().type(ScaleDistribution.Linear));
  if (repeat) panel.repeat(repeat).repeatDirection('h').maxPerRow(2);
  return panel;
}
