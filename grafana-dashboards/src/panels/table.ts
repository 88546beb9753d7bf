import { NEUTRAL, STATES } from '@caudal/common/palette';
import { TableSortByFieldStateBuilder } from '@grafana/grafana-foundation-sdk/common';
import {
  type DynamicConfigValue,
  FieldColorBuilder,
  FieldColorModeId,
  ThresholdsMode,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/table';
import type { Signal } from '../signals/signal.ts';
import { DATASOURCE, instantTargets, type PanelDefinition, type Size } from './panel.ts';

/**
 * The account as a table: rows are countries, columns what the label `column` of the one query says. Accepted has a bar,
 * differences are green at 0 and orange elsewhere.
 */
export function accountTable(signal: Signal, size: Size): PanelDefinition {
  return plain(signal, size)
    .unit('locale')
    .decimals(0)
    .withTransformation({
      id: 'groupingToMatrix',
      options: { rowField: 'country', columnField: 'column', valueField: 'Value' },
    })
    .withTransformation({
      id: 'organize',
      options: { renameByName: { 'country\\column': 'country' } },
    })
    .overrideByName('country', [
      {
        id: 'links',
        value: [
          {
            title: 'Lanes side by side, this country alone',
            // biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana's own notation
            url: '/d/caudal-lanes?var-country=${__value.text}&${__url_time_range}',
          },
        ],
      },
    ])
    .overrideByName('accepted', [
      cells({ type: 'gauge', mode: 'basic', valueDisplayMode: 'text' }),
      { id: 'color', value: { mode: FieldColorModeId.Fixed, fixedColor: NEUTRAL } },
    ])
    .overrideByRegexp('/^difference/', [
      cells({ type: 'color-background', mode: 'basic' }),
      { id: 'color', value: { mode: FieldColorModeId.Thresholds } },
      {
        id: 'thresholds',
        value: {
          mode: ThresholdsMode.Absolute,
          steps: [
            { color: STATES.attention, value: null },
            { color: STATES.good, value: 0 },
            { color: STATES.attention, value: 1 },
          ],
        },
      },
    ])
    .sortBy([new TableSortByFieldStateBuilder().displayName('accepted').desc(true)]);
}

/** A table whose rows are processes; each query of the signal is a column, its legend the title, the first one sorts. */
export function processTable(
  signal: Signal,
  { span, height, units }: Size & { readonly units: Readonly<Record<string, string>> },
): PanelDefinition {
  const columns = signal.queries.map(({ legend }, index) => ({
    field: `Value #${String.fromCharCode('A'.charCodeAt(0) + index)}`,
    title: legend,
  }));
  const hidden = ['Time', ...columns.map((_, index) => `Time ${index + 1}`)];
  const repeated = columns.slice(1).map((_, index) => `component ${index + 2}`);
  const panel = plain(signal, { span, height })
    .unit('short')
    .withTransformation({ id: 'joinByField', options: { byField: 'pod', mode: 'outer' } })
    .withTransformation({
      id: 'organize',
      options: {
        excludeByName: Object.fromEntries([...hidden, ...repeated].map((name) => [name, true])),
        indexByName: Object.fromEntries(
          ['pod', 'component', 'component 1', ...columns.map(({ field }) => field)].map((name, index) => [
            name,
            index,
          ]),
        ),
        renameByName: {
          'component 1': 'component',
          ...Object.fromEntries(columns.map(({ field, title }) => [field, title])),
        },
      },
    })
    .sortBy([new TableSortByFieldStateBuilder().displayName(columns[0]?.title ?? 'pod').desc(true)]);
  for (const [title, unit] of Object.entries(units)) {
    panel.overrideByName(title, [{ id: 'unit', value: unit }]);
  }
  return panel;
}

const cells = (value: object): DynamicConfigValue => ({ id: 'custom.cellOptions', value });

function plain(signal: Signal, { span, height }: Size): PanelBuilder {
  return new PanelBuilder()
    .title(signal.title)
    .description(signal.description)
    .datasource(DATASOURCE)
    .targets(instantTargets(signal, PromQueryFormat.Table))
    .span(span)
    .height(height)
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Fixed).fixedColor(NEUTRAL))
    .showHeader(true);
}
