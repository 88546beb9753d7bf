import { readOptions, UsageError, wholeNumber } from '../cli/arguments.ts';
import { runCommandLine } from '../cli/run-command-line.ts';
import { startEverything } from '../start/start-everything.ts';

const USAGE = `usage: npm start -- [options]

Starts RabbitMQ, Kafka, Valkey, Redis, Prometheus and the services on this machine, posts 10,000 messages,
prints the account, and keeps running until Ctrl-C.

  --once                   exit after the account: 0 when it is exact
  --messages N             messages to post (10000)
  --users N                concurrent virtual users (100)
  --seed TEXT              seed for the generated messages (1)
  --no-load                start only
  --ingest N               ingest-api processes (1)
  --rabbitmq-consumers N   consumers of RabbitMQ → Valkey (2)
  --kafka-consumers N      consumers of Kafka → Redis (1)
  --port N                 port of the ingest API (8080, or a free one if it is in use)
  --console-port N         port of the console (8081, likewise)
  --fresh                  clear the servers' data first; by default they keep it (--keep-data)
`;

await runCommandLine(USAGE, (args) => {
  const { values } = readOptions(args, {
    once: { type: 'boolean', default: false },
    messages: { type: 'string' },
    users: { type: 'string' },
    seed: { type: 'string', default: '1' },
    'no-load': { type: 'boolean', default: false },
    ingest: { type: 'string' },
    'rabbitmq-consumers': { type: 'string' },
    'kafka-consumers': { type: 'string' },
    port: { type: 'string' },
    'console-port': { type: 'string' },
    fresh: { type: 'boolean', default: false },
    'keep-data': { type: 'boolean', default: false },
  });
  if (values.fresh && values['keep-data']) throw new UsageError('--fresh and --keep-data cannot be combined');
  if (values.once && values['no-load']) throw new UsageError('--once and --no-load cannot be combined');
  const replicas = (name: 'ingest' | 'rabbitmq-consumers' | 'kafka-consumers', fallback: number) =>
    wholeNumber(name, values[name], { min: 1, max: 32, fallback });
  return startEverything({
    once: values.once,
    fresh: values.fresh,
    load: values['no-load']
      ? undefined
      : {
          messages: wholeNumber('messages', values.messages, { min: 1, max: 100_000_000, fallback: 10_000 }),
          users: wholeNumber('users', values.users, { min: 1, max: 20_000, fallback: 100 }),
          seed: values.seed,
        },
    replicas: {
      'ingest-api': replicas('ingest', 1),
      'rabbitmq-consumer': replicas('rabbitmq-consumers', 2),
      'kafka-consumer': replicas('kafka-consumers', 1),
    },
    ports: {
      ingest: wholeNumber('port', values.port, { min: 1, max: 65_535, fallback: 8080 }),
      console: wholeNumber('console-port', values['console-port'], { min: 1, max: 65_535, fallback: 8081 }),
    },
  });
});
