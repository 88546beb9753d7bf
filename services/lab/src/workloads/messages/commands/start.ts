import { UsageError, wholeNumber } from '../../../cli/arguments.ts';
import { type CommandLine, commandLine } from '../../../cli/command-line.ts';
import type { StartChoice } from '../../workload.ts';
import { type LaneSystem, laneNames, serverTitles } from '../lane-system.ts';
import { readLanes, serversOf } from '../lanes.ts';
import { urlsAndNextSteps } from '../next-steps.ts';
import { INGEST, messagesServices, replicasOf } from '../services.ts';
import { readSeedLoad } from './seed-load.ts';

/** `npm start` for a system of lanes: its services with their servers. */
export const startLine = ({ lanes: usual, noun }: LaneSystem): CommandLine<StartChoice> =>
  commandLine({
    usage: `usage: npm start -- [SYSTEM] [options]

Starts ${serverTitles(usual)}, Prometheus and the services on this machine, posts 10,000 messages,
prints the account, and keeps running until Ctrl-C.

  --once                   exit after the account: 0 when it is exact
  --messages N             messages to post (10000)
  --users N                concurrent virtual users (100)
  --seed TEXT              seed for the generated messages (1)
  --no-load                start only
  --lanes A,B              lanes to run, each <broker>-<store> (${laneNames(usual)})
  --ingest N               ingest-api processes (1)
  --rabbitmq-consumers N   consumers of RabbitMQ → Valkey (2)
  --kafka-consumers N      consumers of Kafka → Redis (1)
  --port N                 port of the ingest API (8080, or a free one if it is in use)
  --console-port N         port of the console (8081, likewise)
  --fresh                  clear the servers' data first; by default they keep it (--keep-data)
  --list                   print the systems, with what each promises, instead
`,
    options: {
      once: { type: 'boolean', default: false },
      messages: { type: 'string' },
      users: { type: 'string' },
      seed: { type: 'string', default: '1' },
      'no-load': { type: 'boolean', default: false },
      lanes: { type: 'string' },
      ingest: { type: 'string' },
      'rabbitmq-consumers': { type: 'string' },
      'kafka-consumers': { type: 'string' },
      port: { type: 'string' },
      'console-port': { type: 'string' },
      fresh: { type: 'boolean', default: false },
      'keep-data': { type: 'boolean', default: false },
    },
    read({ values }) {
      if (values.fresh && values['keep-data'])
        throw new UsageError('--fresh and --keep-data cannot be combined');
      if (values.once && values['no-load']) throw new UsageError('--once and --no-load cannot be combined');
      const count = (name: 'ingest' | 'rabbitmq-consumers' | 'kafka-consumers', fallback: number) =>
        wholeNumber(name, values[name], { min: 1, max: 32, fallback });
      const port = (name: 'port' | 'console-port', fallback: number) =>
        wholeNumber(name, values[name], { min: 1, max: 65_535, fallback });
      const load = values['no-load'] ? undefined : readSeedLoad(values);
      const lanes = readLanes(values.lanes ?? laneNames(usual));
      const services = messagesServices({
        lanes,
        replicas: {
          [INGEST]: count('ingest', 1),
          // Two show how consumers share a queue.
          'rabbitmq-consumer': count('rabbitmq-consumers', 2),
          'kafka-consumer': count('kafka-consumers', 1),
        },
        ports: { ingest: port('port', 8080), console: port('console-port', 8081) },
      });
      for (const set of ['rabbitmq-consumer', 'kafka-consumer'] as const) {
        if (values[`${set}s`] !== undefined && !services.some(({ name }) => name === set))
          throw new UsageError(`--${set}s: none of the lanes has a ${set}; scale others with npm run scale`);
      }
      return {
        once: values.once,
        fresh: values.fresh,
        servers: [...serversOf(lanes), 'prometheus'],
        services,
        setup: { lanes: laneNames(lanes) },
        load: load && {
          ...load,
          settings: { ...load.settings, ...replicasOf(services) },
          announcement: `posting ${load.messages} messages with ${load.users} users …`,
        },
        entry: INGEST,
        nextSteps: (stack, running) => urlsAndNextSteps({ lanes, noun }, stack, running),
      };
    },
  });
