import { NEUTRAL } from '@caudal/common/palette';
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

// The same for every lane, so that two heat maps next to each other can be compared.
const LOWEST_SECONDS = 0.001;
const HIGHEST_SECONDS = 60;

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
        // Density has no owner: one neutral colour, stronger where there is more.
        .mode(HeatmapColorMode.Opacity)
        .fill(NEUTRAL)
        .scale(HeatmapColorScale.Exponential)
        .exponent(0.5)
        .steps(64)
        .reverse(false),
    )
    .rowsFrame(new RowsHeatmapOptionsBuilder().value('messages'))
    .yAxis(new YAxisConfigBuilder().unit(signal.unit).min(LOWEST_SECONDS).max(HIGHEST_SECONDS))
    .tooltip(new HeatmapTooltipBuilder().mode(TooltipDisplayMode.Single).yHistogram(true))
    .showLegend()
    .scaleDistribution(new ScaleDistributionConfigBuilder().type(ScaleDistribution.Linear));
  if (repeat) panel.repeat(repeat).repeatDirection('h').maxPerRow(2);
  return panel;
}
