import { STATES } from '@caudal/common/palette';
import { lines } from '../panels/lines.ts';
import { states } from '../panels/states.ts';
import { text } from '../panels/text.ts';
import {
  FILM_CACHE_HITS,
  FILM_FAILED_READS,
  FILM_QUERY_RATE,
  FILM_READ_RATE,
  FILM_READ_SECONDS,
  FILM_REPEATS,
  FILM_REPLICA_IN,
  FILM_REPLICA_LAG,
  FILM_REPLICA_OUTS,
  FILM_REQUEST_RATE,
  FILM_SECONDS,
  FILM_VERSIONS,
} from '../signals/films.ts';
import { dashboard } from './dashboard.ts';
import { FILMS_GUIDE } from './runbook-guide.ts';
import { datasource, namespace, release } from './variables.ts';

const half = { span: 12, height: 8 } as const;
const third = { span: 8, height: 8 } as const;

/** Films: searches at the API, and the servers that answer them. */
export const films = dashboard({
  name: 'films',
  system: 'films',
  title: 'Caudal / Films',
  description: 'Films: searches at the API, and the database servers that answer them.',
  variables: [datasource, namespace, release],
  rows: [
    {
      title: 'API',
      panels: [
        lines(FILM_REQUEST_RATE, half),
        lines(FILM_SECONDS, { ...half, doubling: 'above 0' }),
        lines(FILM_QUERY_RATE, half),
        lines(FILM_CACHE_HITS, half),
      ],
    },
    {
      title: 'Servers',
      panels: [
        states(FILM_REPLICA_IN, {
          ...third,
          zero: { text: 'left out', color: STATES.bad },
          one: { text: 'gets reads', color: STATES.good },
        }),
        lines(FILM_READ_RATE, third),
        lines(FILM_READ_SECONDS, { ...third, doubling: 'above 0' }),
        lines(FILM_REPLICA_LAG, { ...half, softMax: 1 }),
        lines(FILM_VERSIONS, { ...half, steps: true }),
      ],
    },
    {
      title: 'Faults',
      panels: [
        lines(FILM_REPEATS, { ...third, softMax: 1 }),
        lines(FILM_FAILED_READS, { ...third, softMax: 1 }),
        lines(FILM_REPLICA_OUTS, { ...third, softMax: 1 }),
        text('Runbooks of films', FILMS_GUIDE, { span: 24, height: 6 }),
      ],
    },
  ],
});
