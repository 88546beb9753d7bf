import { UsageError, wholeNumber } from '../../../cli/arguments.ts';
import { type CommandLine, commandLine } from '../../../cli/command-line.ts';
import type { StartChoice } from '../../workload.ts';
import { urlsAndNextSteps } from '../next-steps.ts';
import { API, filmsServices, PROCESSES, SERVERS } from '../services.ts';
import { LOAD_OPTIONS, LOAD_USAGE, readFilms, readFilmsLoad } from './films-load.ts';

const PORT = 8_084;

/** `npm start -- films`: the films with their servers. */
export const START: CommandLine<StartChoice> = commandLine({
  usage: `usage: npm start -- films [options]

Starts PostgreSQL with two replicas, Prometheus and the films API on this machine, imports 17,472 films, has 50 users ask
20,000 questions, compares every answer with the file of the films, and keeps running until Ctrl-C.

  --once              exit after the account: 0 when it is exact
${LOAD_USAGE}  --no-load           start only
  --films N           generate as many films instead of those of the repository
  --api N             processes of the API (${PROCESSES})
  --port N            port of the API (${PORT}, or a free one if it is in use)
  --fresh             clear the servers' data first; by default they keep it
`,
  options: {
    ...LOAD_OPTIONS,
    once: { type: 'boolean', default: false },
    'no-load': { type: 'boolean', default: false },
    films: { type: 'string' },
    api: { type: 'string' },
    port: { type: 'string' },
    fresh: { type: 'boolean', default: false },
  },
  read({ values }) {
    if (values.once && values['no-load']) throw new UsageError('--once and --no-load cannot be combined');
    const films = readFilms(values.films);
    const processes = wholeNumber('api', values.api, { min: 1, max: 16, fallback: PROCESSES });
    const port = wholeNumber('port', values.port, { min: 1, max: 65_535, fallback: PORT });
    const load = values['no-load'] ? undefined : readFilmsLoad(values);
    return {
      once: values.once,
      fresh: values.fresh,
      servers: [...SERVERS, 'prometheus'],
      services: filmsServices({ films, processes, port }),
      setup: films === undefined ? {} : { films: String(films) },
      load: load && {
        ...load,
        settings: { ...load.settings, [API]: processes, ...(films !== undefined && { films }) },
        announcement: `${load.announcement} …`,
      },
      entry: API,
      nextSteps: urlsAndNextSteps,
    };
  },
});
