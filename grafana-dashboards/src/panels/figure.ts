import {
  BigValueColorMode,
  BigValueGraphMode,
  BigValueTextMode,
  ReduceDataOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import { ThresholdsConfigBuilder, ThresholdsMode } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/stat';
import type { Signal } from '../signals/signal.ts';
import { DATASOURCE, instantTargets, type PanelDefinition, type Size } from './panel.ts';

/** When a figure is green. */
export type Judgement = 'none' | 'zero is good' | 'zero or less is good';

/** How a figure is judged. */
export interface FigureOptions extends Size {
  /** By default no figure is better than another one. */
  readonly judgement?: Judgement;
}

/** The latest value of a signal, large; one for each of its series. */
export function figure(signal: Signal, { span, height, judgement = 'none' }: FigureOptions): PanelDefinition {
  return new PanelBuilder()
    .title(signal.title)
    .description(signal.description)
    .unit(signal.unit === 'short' ? 'locale' : signal.unit)
    .decimals(0)
    .noValue('no data')
    .datasource(DATASOURCE)
    .targets(instantTargets(signal))
    .span(span)
    .height(height)
    .graphMode(BigValueGraphMode.None)
    .colorMode(judgement === 'none' ? BigValueColorMode.None : BigValueColorMode.Value)
    .textMode(BigValueTextMode.ValueAndName)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(false))
    .thresholds(new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(stepsOf(judgement)));
}

function stepsOf(judgement: Judgement) {
  switch (judgement) {
    case 'none':
      return [{ color: 'text', value: null }];
    case 'zero is good':
      return [
        { color: 'orange', value: null },
        { color: 'green', value: 0 },
        { color: 'orange', value: 1 },
      ];
    case 'zero or less is good':
      return [
        { color: 'green', value: null },
        { color: 'orange', value: 1 },
      ];
  }
}
