import { join } from 'node:path';
import {
  ConfigError,
  count,
  type Environment,
  milliseconds,
  operationsShape,
  parseConfig,
  port,
  readAll,
  url,
} from '@caudal/common/config';
import { laneCountries, laneName } from '@caudal/common/lanes';
import {
  BROKER_NAMES,
  type BrokerChoice,
  type BrokerName,
  brokerForLane,
  readBroker,
} from '@caudal/common/messaging';
import {
  STORE_NAMES,
  type StoreName,
  type StoreSettings,
  storeSettings,
  storeUrl,
} from '@caudal/common/stores';
import { z } from 'zod';

const SERVICE = 'caudal-console';
/** Where `node services/console/web/main.ts` puts it. */
const BUILT_PAGE = join(import.meta.dirname, '..', 'web', 'dist');

const nameAtBroker = z.string().min(1, 'must not be empty').optional();

const laneSchema = z.strictObject({
  name: laneName(),
  broker: z.enum(BROKER_NAMES),
  /** Queue or consumer group of the lane; default: that of the broker's variables. */
  subscription: nameAtBroker,
  /** Queue or topic of its dead letters; default: that of the broker's variables. */
  deadLetters: nameAtBroker,
  /** Countries whose messages it stores; default: all. */
  countries: laneCountries().optional(),
  store: z.enum(STORE_NAMES),
  storeUrl: z.string(),
  storeUsername: z.string().optional(),
  storePassword: z.string().optional(),
  /** Variable with the password, or with `_FILE` appended, its file: in JSON it would have to be escaped. */
  storePasswordEnv: z
    .string()
    .regex(/^[A-Z][A-Z0-9_]*$/, 'must be the name of an environment variable')
    .optional(),
  storeCaFile: z.string().min(1, 'must be the path of a CA file').optional(),
  storeKeyPrefix: z.string().max(64).default(''),
});

const lanes = z
  .string()
  .transform((text, context) => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      context.addIssue({
        code: 'custom',
        message: 'must be JSON: [{"name","broker","store","storeUrl"}, …]',
      });
      return z.NEVER;
    }
  })
  .pipe(z.array(laneSchema).min(1, 'must list at least one lane'))
  .superRefine((value, context) => {
    for (const lane of value) {
      const { error } = storeUrl(lane.store).safeParse(lane.storeUrl);
      for (const { message } of error?.issues ?? []) context.addIssue({ code: 'custom', message });
    }
    if (new Set(value.map((lane) => lane.name)).size < value.length) {
      context.addIssue({ code: 'custom', message: 'must have unique lane names' });
    }
    if (value.some((lane) => lane.storePassword !== undefined && lane.storePasswordEnv !== undefined)) {
      context.addIssue({ code: 'custom', message: 'set either storePassword or storePasswordEnv, not both' });
    }
  });

const controlTargets = z
  .string()
  .transform((text, context) => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      context.addIssue({ code: 'custom', message: 'must be JSON: {"<lane>": "<name>", …}' });
      return z.NEVER;
    }
  })
  .pipe(z.record(z.string(), z.string().min(1, 'must not be empty')));

const MATCHER = String.raw`[a-zA-Z_]\w*(=|!=|=~|!~)"[^"\\]*"`;
const MATCHERS = new RegExp(`^${MATCHER}(, ?${MATCHER})*$`);

const consoleShape = {
  ...operationsShape,
  HTTP_HOST: z.string().default('0.0.0.0'),
  HTTP_PORT: port(8081),
  /** Lanes: broker, store and the store's address. */
  LANES: lanes,
  /** Prometheus with the counts of accepted messages; optional. */
  PROMETHEUS_URL: url('http', 'https').optional(),
  /** Label matchers of this deployment's series, where that Prometheus sees others too: `namespace="a", release="b"`. */
  PROMETHEUS_SELECTOR: z
    .string()
    .regex(MATCHERS, 'must be label matchers, such as namespace="default", release="caudal"')
    .optional(),
  /** Interval for updating the gauges. */
  POLL_INTERVAL_MS: milliseconds(2_000),
  /** Timeout for a broker, store or Prometheus; a slower one counts as down for that reading. */
  READ_TIMEOUT_MS: milliseconds(5_000),
  /** Timeout for counting identities, which reads every identity record of a store. */
  AUDIT_TIMEOUT_MS: milliseconds(120_000),
  /** CA file for stores of lanes without `storeCaFile`. */
  STORE_CA_FILE: z.string().optional(),
  /** Whether `GET /api/live` streams messages: their text is user data, and the console has no login. */
  LIVE: z.enum(['on', 'off']).default('off'),
  /** Whether `POST /api/scale` may change replicas, and of what: Deployments, or processes of `npm start`. */
  CONTROL: z.enum(['off', 'kubernetes', 'local']).default('off'),
  /** Deployments, or sets of processes, by lane. */
  CONTROL_TARGETS: controlTargets.optional(),
  /** Namespace of the Deployments. */
  CONTROL_NAMESPACE: z.string().min(1, 'must not be empty').optional(),
  /** Record of what `npm start` runs, with its control server. */
  CONTROL_RECORD: z.string().min(1, 'must be the path of a file').optional(),
  /** Address of the API server, which Kubernetes sets in every pod. */
  KUBERNETES_SERVICE_HOST: z.string().optional(),
  KUBERNETES_SERVICE_PORT: port(443),
  MAX_BODY_BYTES: count(262_144, 1_024, 16_777_216),
  /** Directory of the built page; where there is none, the console serves a page of links. */
  PAGE_DIRECTORY: z.string().min(1, 'must be a path').default(BUILT_PAGE),
};

/** A lane and its connection settings. */
export interface LaneSettings {
  readonly lane: string;
  /** Countries whose messages it stores; undefined: all. */
  readonly countries: readonly string[] | undefined;
  readonly broker: BrokerChoice;
  readonly store: { readonly name: StoreName; readonly settings: StoreSettings };
}

/**
 * Reads the console's configuration. Only brokers used by a lane need an address.
 * @throws ConfigError that lists every problem.
 */
export function parseConsoleConfig(environment: Environment) {
  const { brokers, values } = readAll({
    brokers: () => readBrokers(brokersIn(environment), environment),
    values: () => parseConfig(consoleShape, environment),
  });
  return {
    lanes: values.LANES.map(
      (lane): LaneSettings => ({
        lane: lane.name,
        countries: lane.countries,
        broker: brokerForLane(brokers[lane.broker] as BrokerChoice, lane),
        store: {
          name: lane.store,
          settings: storeSettings(
            {
              STORE_URL: lane.storeUrl,
              STORE_USERNAME: lane.storeUsername,
              STORE_PASSWORD:
                lane.storePasswordEnv === undefined
                  ? lane.storePassword
                  : requiredVariable(lane.storePasswordEnv, environment),
              STORE_CA_FILE: lane.storeCaFile ?? values.STORE_CA_FILE,
              STORE_KEY_PREFIX: lane.storeKeyPrefix,
              STORE_COMMAND_TIMEOUT_MS: values.READ_TIMEOUT_MS,
              // The console reads; it makes nothing.
              STORE_SCHEMA: 'check',
            },
            SERVICE,
          ),
        },
      }),
    ),
    http: { host: values.HTTP_HOST, port: values.HTTP_PORT, maxBodyBytes: values.MAX_BODY_BYTES },
    operations: { host: values.OPERATIONS_HOST, port: values.OPERATIONS_PORT },
    prometheusUrl: values.PROMETHEUS_URL,
    prometheusScope: values.PROMETHEUS_SELECTOR,
    pageDirectory: values.PAGE_DIRECTORY,
    isLive: values.LIVE === 'on',
    control: controlOf(values),
    pollIntervalMs: values.POLL_INTERVAL_MS,
    readTimeoutMs: values.READ_TIMEOUT_MS,
    auditTimeoutMs: values.AUDIT_TIMEOUT_MS,
    logLevel: values.LOG_LEVEL,
    drainTimeoutMs: values.DRAIN_TIMEOUT_MS,
  };
}

/** @throws ConfigError if neither the variable nor its `_FILE` is set. */
function requiredVariable(name: string, environment: Environment): string | undefined {
  return parseConfig({ [name]: z.string() }, environment)[name];
}

/** Brokers used by the lanes; all if the lanes are invalid, so that all problems are listed at once. */
function brokersIn(environment: Environment): readonly BrokerName[] {
  try {
    const values = parseConfig({ LANES: lanes }, environment);
    return [...new Set(values.LANES.map((lane) => lane.broker))];
  } catch {
    return BROKER_NAMES;
  }
}

function readBrokers(names: readonly BrokerName[], environment: Environment) {
  return readAll(
    Object.fromEntries(names.map((name) => [name, () => readBroker(name, environment, SERVICE)])),
  );
}

/** How lanes are scaled; `off`: not at all. */
export type ControlSettings =
  | { readonly kind: 'off' }
  | {
      readonly kind: 'kubernetes';
      readonly host: string;
      readonly port: number;
      readonly namespace: string;
      readonly targets: Readonly<Record<string, string>>;
    }
  | {
      readonly kind: 'local';
      readonly recordFile: string;
      readonly targets: Readonly<Record<string, string>>;
    };

/** @throws ConfigError that names a variable which the kind of control needs. */
function controlOf(values: z.output<z.ZodObject<typeof consoleShape>>): ControlSettings {
  const { CONTROL: kind, CONTROL_TARGETS: targets, CONTROL_NAMESPACE: namespace } = values;
  const {
    CONTROL_RECORD: recordFile,
    KUBERNETES_SERVICE_HOST: host,
    KUBERNETES_SERVICE_PORT: apiPort,
  } = values;
  if (kind === 'off') return { kind };
  const needed = (name: string) => new ConfigError([`${name} is required with CONTROL=${kind}`]);
  if (targets === undefined) throw needed('CONTROL_TARGETS');
  if (kind === 'local') {
    if (recordFile === undefined) throw needed('CONTROL_RECORD');
    return { kind, recordFile, targets };
  }
  if (namespace === undefined) throw needed('CONTROL_NAMESPACE');
  if (host === undefined) throw needed('KUBERNETES_SERVICE_HOST');
  return { kind, host, port: apiPort, namespace, targets };
}
