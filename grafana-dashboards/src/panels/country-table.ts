import { TableSortByFieldStateBuilder } from '@grafana/grafana-foundation-sdk/common';
import { PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/table';
import type { Signal } from '../signals/signal.ts';
import { DATASOURCE, instantTargets, type PanelDefinition, type Repeat, type Size } from './panel.ts';

/** A table of countries; each query of the signal is a column, its legend the title. */
export function countryTable(signal: Signal, { span, height, repeat }: Size & Repeat): PanelDefinition {
  const columns = signal.queries.map(({ legend }, index) => ({
    field: `Value #${String.fromCharCode('A'.charCodeAt(0) + index)}`,
    title: legend,
  }));
  const panel = new PanelBuilder()
    .title(signal.title)
    .description(signal.description)
    .unit('locale')
    .decimals(0)
    .datasource(DATASOURCE)
    .targets(instantTargets(signal, PromQueryFormat.Table))
    .span(span)
    .height(height)
    .withTransformation({ id: 'joinByField', options: { byField: 'country', mode: 'outer' } })
    .withTransformation({
      id: 'organize',
      options: {
        excludeByName: { Time: true, 'Time 1': true, 'Time 2': true, 'Time 3': true },
        indexByName: Object.fromEntries([
          ['country', 0],
          ...columns.map(({ field }, index) => [field, index + 1]),
        ]),
        renameByName: Object.fromEntries(columns.map(({ field, title }) => [field, title])),
      },
    })
    .sortBy([new TableSortByFieldStateBuilder().displayName(columns[0]?.title ?? 'country').desc(true)])
    .showHeader(true);
  if (repeat) panel.repeat(repeat).repeatDirection('h').maxPerRow(2);
  return panel;
}
