import { figure } from '../panels/figure.ts';
import { heatMap } from '../panels/heat-map.ts';
import { lines } from '../panels/lines.ts';
import { ACCEPTED, DIFFERENCE, NOT_ACCEPTED, PARKED, STORED } from '../signals/account.ts';
import { INGEST_RATE, REQUEST_RATE, REQUEST_SECONDS } from '../signals/door.ts';
import {
  BACKLOG,
  CONSUMERS_AT_BROKER,
  END_TO_END,
  END_TO_END_SPREAD,
  REPLICAS,
  SOURCES_BY_CONSUMER,
  STORE_RATE,
} from '../signals/lanes.ts';
import { dashboard } from './dashboard.ts';
import { country, datasource, lane, namespace, release } from './variables.ts';

/** What came in, what was stored, and what lies between. */
export const pipeline = dashboard({
  name: 'pipeline',
  title: 'Caudal / Pipeline',
  description: 'The account of the time range, and how messages flow from the door to the stores.',
  variables: [datasource, namespace, release, lane, country],
  rows: [
    {
      title: 'Account of the time range',
      panels: [
        figure(ACCEPTED, { span: 4, height: 5 }),
        figure(STORED, { span: 6, height: 5 }),
        figure(DIFFERENCE, { span: 6, height: 5, judgement: 'zero is good' }),
        figure(NOT_ACCEPTED, { span: 4, height: 5, judgement: 'zero or less is good' }),
        figure(PARKED, { span: 4, height: 5, judgement: 'zero or less is good' }),
      ],
    },
    {
      title: 'Flow',
      panels: [
        lines(INGEST_RATE, { span: 8, height: 8 }),
        lines(STORE_RATE, { span: 8, height: 8 }),
        lines(BACKLOG, { span: 8, height: 8 }),
      ],
    },
    {
      title: 'Time',
      panels: [
        lines(END_TO_END, { span: 8, height: 9 }),
        lines(REQUEST_SECONDS, { span: 8, height: 9 }),
        lines(REQUEST_RATE, { span: 8, height: 9 }),
        heatMap(END_TO_END_SPREAD, { span: 24, height: 9, repeat: 'lane' }),
      ],
    },
    {
      title: 'Scale',
      panels: [
        lines(REPLICAS, { span: 8, height: 8, steps: true }),
        lines(SOURCES_BY_CONSUMER, { span: 8, height: 8, steps: true, stacked: true }),
        lines(CONSUMERS_AT_BROKER, { span: 8, height: 8, steps: true }),
      ],
    },
  ],
});
