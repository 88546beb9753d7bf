import { join } from 'node:path';
import { DEFAULT_NAMES, defaultLanes, type Lane, type SharedNames } from '@caudal/common/lanes';
import type { BrokerName } from '@caudal/common/messaging';
import { CONSOLE_PAGE } from '../../../../../tools/page/ensure-page.ts';
import type { ServerAddresses } from '../../../../../tools/servers/servers.ts';
import { ROOT, STATE_DIRECTORY } from '../../cli/paths.ts';
import { runRecordFile } from '../../stack/run-file.ts';
import { type ServiceSource, type ServiceSpec, scalable, type Variables } from '../../stack/service-spec.ts';
import { brokersOf, consumerOf, storeUrlOf } from './lanes.ts';

/** Name of the service that accepts messages. */
export const INGEST = 'ingest-api';
/** Name of the service that reads the lanes. */
export const CONSOLE = 'console';

/** What the pipeline's services are made from. */
export interface MessagesOptions {
  /** Default: the default lanes. */
  readonly lanes?: readonly Lane[] | undefined;
  /** Names that the lanes were described with. Default: those of `npm start`. */
  readonly names?: SharedNames | undefined;
  /** Processes by set. Default: 1 of each. */
  readonly replicas?: Readonly<Record<string, number>> | undefined;
  /** Preferred ports of the APIs. */
  readonly ports?: { readonly ingest?: number; readonly console?: number } | undefined;
  /** Store URLs by lane, for consumers that reach their store through a proxy. */
  readonly storeUrls?: Readonly<Record<string, string>> | undefined;
}

const MAX_REPLICAS = 32;
const HOST = '127.0.0.1';

const programOf = (service: string): string => join(ROOT, 'services', service, 'src', 'main.ts');

/** The pipeline: ingest, a set of consumers per lane, and the console. */
export function messagesServices(options: MessagesOptions = {}): readonly ServiceSpec[] {
  const { names = DEFAULT_NAMES, replicas = {}, ports = {} } = options;
  const lanes = options.lanes ?? defaultLanes(names);
  return [
    {
      name: INGEST,
      program: programOf(INGEST),
      role: 'entry',
      replicas: replicas[INGEST] ?? 1,
      maxReplicas: MAX_REPLICAS,
      http: { preferredPort: ports.ingest, howToScale: 'start with --ingest 2 to scale it' },
      environment: (source) => ingestEnvironment(source, lanes, names),
    },
    ...lanes.map((lane): ServiceSpec => {
      const name = consumerOf(lane);
      return {
        name,
        program: programOf('consumer'),
        role: 'worker',
        replicas: replicas[name] ?? 1,
        maxReplicas: MAX_REPLICAS,
        environment: (source) => consumerEnvironment(source, lane, names, options.storeUrls?.[lane.name]),
      };
    }),
    {
      name: CONSOLE,
      program: programOf(CONSOLE),
      role: 'reader',
      replicas: 1,
      maxReplicas: 1,
      http: { preferredPort: ports.console },
      prepare: CONSOLE_PAGE.ensure,
      environment: (source) => consoleEnvironment(source, lanes, names),
    },
  ];
}

/** Processes of each set that can be scaled, by its name. */
export function replicasOf(services: readonly ServiceSpec[]): Readonly<Record<string, number>> {
  return Object.fromEntries(scalable(services).map(({ name, replicas }) => [name, replicas]));
}

/** Variables of a broker, by who reads them. */
interface BrokerVariables {
  /** Its address and the names that all lanes have in common. */
  shared(addresses: ServerAddresses, names: SharedNames): Variables;
  /** Names of one lane. */
  lane(lane: Lane): Variables;
  /** What ingest needs in addition, to reach every lane. */
  ingest(lanes: readonly Lane[]): Variables;
  /** What the console needs in addition. */
  console(addresses: ServerAddresses): Variables;
}

const BROKERS: Readonly<Record<BrokerName, BrokerVariables>> = {
  rabbitmq: {
    shared: ({ rabbitmq }, { queue }) => ({
      RABBITMQ_URL: rabbitmq.url,
      RABBITMQ_EXCHANGE: queue,
      RABBITMQ_QUEUE: queue,
      RABBITMQ_DEAD_LETTER_QUEUE: `${queue}.dead`,
    }),
    lane: ({ subscription, deadLetters }) => ({
      RABBITMQ_QUEUE: subscription,
      RABBITMQ_DEAD_LETTER_QUEUE: deadLetters,
    }),
    ingest: (lanes) => ({
      RABBITMQ_QUEUES: lanes
        .map(({ subscription, deadLetters }) => `${subscription}=${deadLetters}`)
        .join(','),
    }),
    console: ({ rabbitmq }) => ({ RABBITMQ_MANAGEMENT_URL: rabbitmq.managementUrl }),
  },
  kafka: {
    shared: ({ kafka }, { topic, group }) => ({
      KAFKA_BROKERS: kafka.brokers,
      KAFKA_TOPIC: topic,
      KAFKA_DEAD_LETTER_TOPIC: `${topic}.dead`,
      KAFKA_GROUP: group,
      // Shorter than the default, as the local broker allows: a dead consumer is noticed within seconds.
      KAFKA_SESSION_TIMEOUT_MS: '3000',
      KAFKAJS_NO_PARTITIONER_WARNING: '1',
    }),
    lane: ({ subscription, deadLetters }) => ({
      KAFKA_GROUP: subscription,
      KAFKA_DEAD_LETTER_TOPIC: deadLetters,
    }),
    ingest: () => ({}),
    console: () => ({}),
  },
};

function ingestEnvironment(source: ServiceSource, lanes: readonly Lane[], names: SharedNames): Variables {
  const brokers = brokersOf(lanes);
  return {
    ...common(source),
    BROKERS: brokers.join(','),
    ...merged(brokers, (name) => ({
      ...BROKERS[name].shared(source.addresses, names),
      ...BROKERS[name].ingest(lanes.filter(({ broker }) => broker === name)),
    })),
    HTTP_HOST: HOST,
    HTTP_PORT: String(source.httpPort),
  };
}

function consumerEnvironment(
  source: ServiceSource,
  lane: Lane,
  names: SharedNames,
  url: string | undefined,
): Variables {
  const broker = BROKERS[lane.broker];
  return {
    ...common(source),
    ...broker.shared(source.addresses, names),
    ...broker.lane(lane),
    LANE: lane.name,
    LANE_BROKER: lane.broker,
    LANE_STORE: lane.store,
    STORE_URL: url ?? storeUrlOf(lane, source.addresses),
    STORE_KEY_PREFIX: lane.keyPrefix,
    ...(lane.countries !== undefined && { LANE_COUNTRIES: lane.countries.join(',') }),
  };
}

function consoleEnvironment(source: ServiceSource, lanes: readonly Lane[], names: SharedNames): Variables {
  const { addresses } = source;
  return {
    ...common(source),
    ...merged(brokersOf(lanes), (name) => ({
      ...BROKERS[name].shared(addresses, names),
      ...BROKERS[name].console(addresses),
    })),
    HTTP_HOST: HOST,
    HTTP_PORT: String(source.httpPort),
    PAGE_DIRECTORY: CONSOLE_PAGE.directory(),
    PROMETHEUS_URL: addresses.prometheus.url,
    // Only this machine reaches it.
    LIVE: 'on',
    CONTROL: 'local',
    CONTROL_RECORD: runRecordFile(STATE_DIRECTORY),
    CONTROL_TARGETS: JSON.stringify(Object.fromEntries(lanes.map((lane) => [lane.name, consumerOf(lane)]))),
    LANES: JSON.stringify(
      lanes.map((lane) => ({
        name: lane.name,
        broker: lane.broker,
        store: lane.store,
        storeUrl: storeUrlOf(lane, addresses),
        storeKeyPrefix: lane.keyPrefix,
        subscription: lane.subscription,
        deadLetters: lane.deadLetters,
        ...(lane.countries !== undefined && { countries: lane.countries }),
      })),
    ),
  };
}

function common({ logLevel, operationsPort }: ServiceSource): Variables {
  return { OPERATIONS_HOST: HOST, OPERATIONS_PORT: String(operationsPort), LOG_LEVEL: logLevel };
}

function merged(brokers: readonly BrokerName[], variables: (name: BrokerName) => Variables): Variables {
  return Object.assign({}, ...brokers.map(variables)) as Variables;
}
