import { METRICS } from '@caudal/common/metrics';
import {
  CustomVariableBuilder,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DATASOURCE } from '../panels/panel.ts';
import { select } from '../signals/signal.ts';

/** Grafana's value for all values of a variable; in a query it becomes `.*`, which also matches absent labels. */
const ALL = { text: 'All', value: '$__all', selected: true };

const { name: anyConsumer } = METRICS.assignedSources;

/** Prometheus data source. */
export const datasource = new DatasourceVariableBuilder('datasource')
  .label('Data source')
  .description('The Prometheus that scrapes Caudal')
  .type('prometheus')
  .current({ text: 'Prometheus', value: 'prometheus', selected: true });

function labelValues(label: string, series: string): QueryVariableBuilder {
  return new QueryVariableBuilder(label)
    .datasource(DATASOURCE)
    .query({
      query: `label_values(${series}, ${label})`,
      refId: 'PrometheusVariableQueryEditor-VariableQuery',
    })
    .definition(`label_values(${series}, ${label})`)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc)
    .multi(true)
    .includeAll(true)
    .allValue('.*')
    .current(ALL);
}

/** Namespace; All without such a label. */
export const namespace = labelValues('namespace', anyConsumer).label('Namespace');

/** Release of the chart. */
export const release = labelValues('release', select(anyConsumer, 'namespace=~"$namespace"')).label(
  'Release',
);

const inRelease = 'namespace=~"$namespace", release=~"$release"';

/** Lanes. */
export const lane = labelValues('lane', select(anyConsumer, inRelease)).label('Lane');

/** Countries. */
export const country = labelValues('country', select(METRICS.ingestMessages, inRelease)).label('Country');

/** Processes. */
export const pod = labelValues('pod', select('nodejs_version_info', inRelease)).label('Pod');

/** Number of countries in "top" panels. */
export const top = new CustomVariableBuilder('top')
  .label('Top')
  .description('Number of countries in tables and charts of the busiest countries')
  .values('5,10,20,50')
  .current({ text: '10', value: '10', selected: true });
