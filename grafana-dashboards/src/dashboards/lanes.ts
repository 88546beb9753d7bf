import { heatMap } from '../panels/heat-map.ts';
import { lines } from '../panels/lines.ts';
import { counts } from '../panels/states.ts';
import { accountTable } from '../panels/table.ts';
import { ACCOUNT_BY_COUNTRY } from '../signals/account.ts';
import {
  BACKLOG,
  BATCH_SIZE,
  END_TO_END_BY_CONSUMER,
  END_TO_END_OF_LANE,
  END_TO_END_SPREAD,
  SECONDS_BEHIND,
  SOURCES_BY_CONSUMER,
  STORE_RATE_BY_CONSUMER,
  STORE_RATE_BY_COUNTRY,
  STORE_SECONDS,
} from '../signals/lanes.ts';
import { dashboard } from './dashboard.ts';
import { country, datasource, lane, namespace, release, top } from './variables.ts';

// Full width: the lanes share the row.
const perLane = { span: 24, height: 8, repeat: 'lane' } as const;
const ofLane = <T extends { readonly title: string }>(signal: T): T => ({
  ...signal,
  title: `${signal.title}, $lane`,
});

/** Every panel once per lane, side by side. */
export const lanes = dashboard({
  name: 'lanes',
  title: 'Caudal / Lanes side by side',
  description:
    'Every panel once per lane: the same messages through a different broker into a different store.',
  variables: [datasource, namespace, release, lane, country, top],
  rows: [
    {
      title: 'Flow',
      panels: [
        lines(STORE_RATE_BY_CONSUMER, { ...perLane, stacked: true }),
        lines(ofLane(BACKLOG), { ...perLane, stacked: true, softMax: 100 }),
        lines(ofLane(SECONDS_BEHIND), { ...perLane, height: 6, doubling: 'from 0', softMax: 4 }),
      ],
    },
    {
      title: 'End-to-end latency',
      panels: [
        heatMap(END_TO_END_SPREAD, perLane),
        lines(END_TO_END_OF_LANE, { ...perLane, doubling: 'above 0' }),
        lines(END_TO_END_BY_CONSUMER, { ...perLane, doubling: 'above 0' }),
      ],
    },
    {
      title: 'Store transactions',
      panels: [lines(ofLane(STORE_SECONDS), perLane), lines(ofLane(BATCH_SIZE), perLane)],
    },
    {
      title: 'Countries',
      panels: [
        lines(STORE_RATE_BY_COUNTRY, perLane),
        accountTable(ACCOUNT_BY_COUNTRY, { span: 24, height: 11 }),
      ],
    },
    {
      title: 'Consumers',
      panels: [counts(SOURCES_BY_CONSUMER, { ...perLane, height: 6, zero: 'idle' })],
    },
  ],
});
