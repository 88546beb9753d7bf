import { STATES } from '@caudal/common/palette';
import { figure, stateTiles, verdictTile } from '../panels/figure.ts';
import { heatMap } from '../panels/heat-map.ts';
import { lines } from '../panels/lines.ts';
import { counts } from '../panels/states.ts';
import { text } from '../panels/text.ts';
import { ACCEPTED, DIFFERENCE, NOT_ACCEPTED, STORED } from '../signals/account.ts';
import { INGEST_RATE, REQUEST_RATE, REQUEST_SECONDS } from '../signals/ingest.ts';
import {
  BACKLOG,
  END_TO_END,
  END_TO_END_SPREAD,
  PARTS,
  REPLICAS,
  SECONDS_BEHIND,
  SOURCES_BY_CONSUMER,
  STORE_RATE,
} from '../signals/lanes.ts';
import { VERDICT } from '../signals/verdict.ts';
import { dashboard } from './dashboard.ts';
import { RUNBOOK_GUIDE } from './runbook-guide.ts';
import { country, datasource, lane, namespace, release } from './variables.ts';

const quarter = { span: 6, height: 8 } as const;
const third = { span: 8, height: 8 } as const;

/** Usual number of messages in flight. */
const USUAL_BACKLOG_MESSAGES = 100;

/** Messages accepted, stored and in flight. */
export const pipeline = dashboard({
  name: 'pipeline',
  title: 'Caudal / Pipeline',
  description: 'Account of the time range, and the flow of messages from ingest to the stores.',
  variables: [datasource, namespace, release, lane, country],
  rows: [
    {
      title: 'Account of the time range',
      panels: [
        verdictTile(VERDICT, {
          span: 5,
          height: 4,
          colors: {
            EXACT: STATES.good,
            'IN FLIGHT': STATES.attention,
            UNCERTAIN: STATES.attention,
            DRIFT: STATES.bad,
          },
        }),
        figure(ACCEPTED, { span: 3, height: 4 }),
        figure(STORED, { span: 5, height: 4 }),
        figure(DIFFERENCE, { span: 5, height: 4, judgement: 'zero is good' }),
        figure(NOT_ACCEPTED, { span: 6, height: 4, judgement: 'zero or less is good' }),
        stateTiles(PARTS, {
          span: 24,
          height: 3,
          zero: { text: 'down', color: STATES.bad },
          one: { text: 'up', color: STATES.good },
        }),
      ],
    },
    {
      title: 'Flow',
      panels: [
        lines(INGEST_RATE, quarter),
        lines(STORE_RATE, quarter),
        lines(BACKLOG, { ...quarter, stacked: true, softMax: USUAL_BACKLOG_MESSAGES }),
        lines(SECONDS_BEHIND, { ...quarter, doubling: 'from 0', softMax: 4 }),
      ],
    },
    {
      title: 'Time',
      panels: [
        heatMap(END_TO_END_SPREAD, { span: 24, height: 8, repeat: 'lane' }),
        lines(END_TO_END, { ...third, doubling: 'above 0' }),
        lines(REQUEST_SECONDS, third),
        lines(REQUEST_RATE, third),
      ],
    },
    {
      title: 'Scale',
      panels: [
        lines(REPLICAS, { span: 12, height: 8, steps: true }),
        text('Runbooks', RUNBOOK_GUIDE, { span: 12, height: 8 }),
        counts(SOURCES_BY_CONSUMER, { span: 24, height: 6, repeat: 'lane', zero: 'idle' }),
      ],
    },
  ],
});
