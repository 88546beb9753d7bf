import { UsageError, wholeNumber } from '../../../cli/arguments.ts';
import { type CommandLine, commandLine } from '../../../cli/command-line.ts';
import type { StartChoice } from '../../workload.ts';
import { urlsAndNextSteps } from '../next-steps.ts';
import { API, NOTIFIER, ordersServices, PROCESSOR, SERVERS, STEP_MS } from '../services.ts';
import { LOAD_OPTIONS, LOAD_USAGE, readOrdersLoad } from './orders-load.ts';

/** `npm start -- orders`: the shop with its servers. */
export const START: CommandLine<StartChoice> = commandLine({
  usage: `usage: npm start -- orders [options]

Starts Kafka, PostgreSQL, Prometheus and the shop on this machine, places 1,000 orders, waits until each is finished and
its mails have come, prints the account, and keeps running until Ctrl-C.

  --once              exit after the account: 0 when it is exact
${LOAD_USAGE}  --no-load           start only
  --step-ms N         least time in each state, ms (${STEP_MS})
  --api N             processes of the API (1)
  --processors N      processors (2)
  --notifiers N       notifiers (1)
  --port N            port of the shop (8082, or a free one if it is in use)
  --mailbox-port N    port of the mailbox's page (8083, likewise)
  --fresh             clear the servers' data and the mailbox first; by default they keep it
`,
  options: {
    ...LOAD_OPTIONS,
    once: { type: 'boolean', default: false },
    'no-load': { type: 'boolean', default: false },
    'step-ms': { type: 'string' },
    api: { type: 'string' },
    processors: { type: 'string' },
    notifiers: { type: 'string' },
    port: { type: 'string' },
    'mailbox-port': { type: 'string' },
    fresh: { type: 'boolean', default: false },
  },
  read({ values }) {
    if (values.once && values['no-load']) throw new UsageError('--once and --no-load cannot be combined');
    const count = (name: 'api' | 'processors' | 'notifiers', fallback: number): number =>
      wholeNumber(name, values[name], { min: 1, max: 16, fallback });
    const port = (name: 'port' | 'mailbox-port', fallback: number): number =>
      wholeNumber(name, values[name], { min: 1, max: 65_535, fallback });
    const stepMs = wholeNumber('step-ms', values['step-ms'], { min: 1, max: 3_600_000, fallback: STEP_MS });
    const replicas = {
      [API]: count('api', 1),
      [PROCESSOR]: count('processors', 2),
      [NOTIFIER]: count('notifiers', 1),
    };
    const load = values['no-load'] ? undefined : readOrdersLoad(values);
    return {
      once: values.once,
      fresh: values.fresh,
      servers: [...SERVERS, 'prometheus'],
      services: ordersServices({
        stepMs,
        replicas,
        ports: { api: port('port', 8082), mailbox: port('mailbox-port', 8083) },
      }),
      setup: { stepMs: String(stepMs) },
      load: load && {
        ...load,
        settings: { ...load.settings, stepMs, ...replicas },
        announcement: `${load.announcement} …`,
      },
      entry: API,
      nextSteps: urlsAndNextSteps,
    };
  },
});
