import { NEUTRAL, STATES } from '@caudal/common/palette';
import {
  BigValueColorMode,
  BigValueGraphMode,
  BigValueTextMode,
  ReduceDataOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import {
  FieldColorBuilder,
  FieldColorModeId,
  MappingType,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/stat';
import type { Signal } from '../signals/signal.ts';
import {
  colored,
  DATASOURCE,
  instantTargets,
  type PanelDefinition,
  rangeTargets,
  type Size,
} from './panel.ts';
import type { StateName } from './states.ts';

/** When a figure is green. */
export type Judgement = 'none' | 'zero is good' | 'zero or less is good';

/** Thresholds and layout of a figure. */
export interface FigureOptions extends Size {
  /** Default: none; the figure has the colour of its owner. */
  readonly judgement?: Judgement;
  /** Draw the history over the time range behind the figure. */
  readonly sparkline?: boolean;
  /** Text without data. */
  readonly noValue?: string;
}

/** The latest value of a signal, large; one for each of its series. */
export function figure(
  signal: Signal,
  { span, height, judgement = 'none', sparkline = false, noValue = 'no data' }: FigureOptions,
): PanelDefinition {
  const panel = tile(signal, { span, height })
    .unit(signal.unit === 'short' ? 'locale' : signal.unit)
    .noValue(noValue)
    .targets(sparkline ? rangeTargets(signal) : instantTargets(signal))
    .graphMode(sparkline ? BigValueGraphMode.Area : BigValueGraphMode.None)
    .colorMode(BigValueColorMode.Value);
  if (signal.unit === 'short') panel.decimals(0);
  if (judgement === 'none') return colored(panel, signal);
  return panel
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Thresholds))
    .thresholds(new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(stepsOf(judgement)));
}

/** A signal of 0 and 1 as coloured tiles with a word each, as it is now. */
export function stateTiles(
  signal: Signal,
  { span, height, zero, one }: Size & { readonly zero: StateName; readonly one: StateName },
): PanelDefinition {
  return tile(signal, { span, height })
    .unit(signal.unit)
    .noValue('no data')
    .targets(instantTargets(signal))
    .graphMode(BigValueGraphMode.None)
    .colorMode(BigValueColorMode.Background)
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Thresholds))
    .mappings([
      { type: MappingType.ValueToText, options: { '0': { ...zero, index: 0 }, '1': { ...one, index: 1 } } },
    ])
    .thresholds(
      new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps([
        { color: zero.color, value: null },
        { color: one.color, value: 1 },
      ]),
    );
}

/** One tile whose series' name is a verdict and whose value is what it is about; each name has its colour. */
export function verdictTile(
  signal: Signal,
  { span, height, colors }: Size & { readonly colors: Readonly<Record<string, string>> },
): PanelDefinition {
  const panel = tile(signal, { span, height })
    .unit('locale')
    .decimals(0)
    .noValue('no data')
    .targets(instantTargets(signal))
    .graphMode(BigValueGraphMode.None)
    .colorMode(BigValueColorMode.Background)
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Fixed).fixedColor(NEUTRAL));
  for (const [name, fixedColor] of Object.entries(colors)) {
    panel.overrideByName(name, [{ id: 'color', value: { mode: FieldColorModeId.Fixed, fixedColor } }]);
  }
  return panel;
}

function tile(signal: Signal, { span, height }: Size): PanelBuilder {
  return new PanelBuilder()
    .title(signal.title)
    .description(signal.description)
    .datasource(DATASOURCE)
    .span(span)
    .height(height)
    .textMode(BigValueTextMode.ValueAndName)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(false));
}

function stepsOf(judgement: Exclude<Judgement, 'none'>) {
  switch (judgement) {
    case 'zero is good':
      return [
        { color: STATES.attention, value: null },
        { color: STATES.good, value: 0 },
        { color: STATES.attention, value: 1 },
      ];
    case 'zero or less is good':
      return [
        { color: STATES.good, value: null },
        { color: STATES.bad, value: 1e-9 },
      ];
  }
}
