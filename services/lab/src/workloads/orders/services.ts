import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { createLogger } from '@caudal/common/logging';
import { createOrdersSchemas, DEFAULT_ROLES } from '@caudal/orders/schema';
import { SHOP_PAGE } from '../../../../../tools/page/ensure-page.ts';
import type { ServerAddresses, ServerName } from '../../../../../tools/servers/servers.ts';
import { ROOT, SERVERS_DIRECTORY } from '../../cli/paths.ts';
import type { ServiceSource, ServiceSpec, Variables } from '../../stack/service-spec.ts';

/** Name of the service that accepts orders and answers customers. */
export const API = 'orders-api';
/** Name of the service that moves orders from state to state. */
export const PROCESSOR = 'orders-processor';
/** Name of the service that sends a mail for each state. */
export const NOTIFIER = 'orders-notifier';
/** Name of the mail server that the mails end in. */
export const MAILBOX = 'orders-mailbox';

/** Servers that the system needs. */
export const SERVERS: readonly ServerName[] = ['kafka', 'postgresql'];

/** Services with a connection to the database. */
export type DatabaseUser = 'api' | 'processor' | 'notifier';

/** What the services of the shop are made from. */
export interface OrdersOptions {
  /** Time in each state. Default: {@link STEP_MS}. */
  readonly stepMs?: number | undefined;
  /** Processes by service. Default: 2 processors, 1 of each other. */
  readonly replicas?: Readonly<Record<string, number>> | undefined;
  /** Preferred ports of the APIs. */
  readonly ports?: { readonly api?: number; readonly mailbox?: number } | undefined;
  /** Database URLs of services that reach it through a proxy. */
  readonly databaseUrls?: Readonly<Partial<Record<DatabaseUser, string | undefined>>> | undefined;
  /** File of the mailbox. Default: that of `npm start`. */
  readonly mailboxFile?: string | undefined;
  /** Whether the mailbox can be made to refuse, to hang or to drop. Default: off. */
  readonly dial?: 'on' | 'off' | undefined;
}

/** Time in each state unless another is given: short, to see an order end. The services' own default is four times that. */
export const STEP_MS = 2_000;
/** File that the mailbox of `npm start` writes mails to: `--fresh` clears it with the servers' data. */
export const MAILBOX_FILE = join(SERVERS_DIRECTORY, 'mails.jsonl');

const MAX_REPLICAS = 16;
const HOST = '127.0.0.1';
/** Shorter than the default, as the local broker allows: a dead consumer is noticed within seconds. */
const SESSION_TIMEOUT_MS = '3000';
/** Both shorter than the defaults: a mail that a killed process had in its hands is sent again within seconds. */
const SMTP_TIMEOUT_MS = '8000';
const MAIL_LEASE_MS = '10000';
const SMTP = 'smtp';
const SCHEMA_TIMEOUT_MS = 30_000;

const programOf = (part: string): string => join(ROOT, 'services', 'orders', 'src', part, 'main.ts');

/** The shop: the API, processors, notifiers, and a mailbox for its mails. */
export function ordersServices(options: OrdersOptions = {}): readonly ServiceSpec[] {
  const { replicas = {}, ports = {}, stepMs = STEP_MS } = options;
  // The same for all processes: a retry through another one is the same order.
  const orderIdSecret = randomBytes(32).toString('base64url');
  const urlOf = (user: DatabaseUser, { postgresql }: ServerAddresses): string =>
    options.databaseUrls?.[user] ?? postgresql.orders[`${user}Url`];
  return [
    {
      name: API,
      program: programOf('api'),
      role: 'entry',
      replicas: replicas[API] ?? 1,
      maxReplicas: MAX_REPLICAS,
      http: { preferredPort: ports.api, howToScale: 'start with --api 2 to scale it' },
      prepare: SHOP_PAGE.ensure,
      environment: (source) => ({
        ...shared(source, urlOf('api', source.addresses)),
        ...api(source),
        ORDER_ID_SECRET: orderIdSecret,
        PAGE_DIRECTORY: SHOP_PAGE.directory(),
        MAILBOX_URL: `http://localhost:${source.portOf(MAILBOX)}`,
      }),
    },
    {
      name: PROCESSOR,
      program: programOf('processor'),
      role: 'worker',
      replicas: replicas[PROCESSOR] ?? 2,
      maxReplicas: MAX_REPLICAS,
      setUp: makeSchemas,
      environment: (source) => ({
        ...shared(source, urlOf('processor', source.addresses)),
        STEP_MS: String(stepMs),
      }),
    },
    {
      name: NOTIFIER,
      program: programOf('notifier'),
      role: 'worker',
      replicas: replicas[NOTIFIER] ?? 1,
      maxReplicas: MAX_REPLICAS,
      environment: (source) => ({
        ...shared(source, urlOf('notifier', source.addresses)),
        SMTP_HOST: HOST,
        SMTP_PORT: String(source.portOf(MAILBOX, SMTP)),
        SMTP_SECURITY: 'none',
        // More than the default: their mails share a sync of the mailbox's file.
        SMTP_CONNECTIONS: '16',
        MAIL_FROM: 'tienda@orders.example.com',
        SMTP_TIMEOUT_MS,
        MAIL_LEASE_MS,
        // A load writes to few addresses: what a person is spared would only slow it down.
        MAILS_PER_RECIPIENT_PER_MINUTE: '0',
        PUBLIC_URL: `http://localhost:${source.portOf(API)}`,
      }),
    },
    {
      name: MAILBOX,
      program: programOf('mailbox'),
      // It is stopped last: what was accepted is still delivered.
      role: 'reader',
      replicas: 1,
      maxReplicas: 1,
      http: { preferredPort: ports.mailbox },
      ports: [SMTP],
      environment: (source) => ({
        ...operations(source),
        ...api(source),
        SMTP_HOST: HOST,
        SMTP_PORT: String(source.portOf(MAILBOX, SMTP)),
        MAILBOX_FILE: options.mailboxFile ?? MAILBOX_FILE,
        MAILBOX_DIAL: options.dial ?? 'off',
      }),
    },
  ];
}

/** As the owner of the database, so that the programs need few rights. */
function makeSchemas({ postgresql }: ServerAddresses): Promise<void> {
  const settings = {
    clientName: 'caudal-orders-schema',
    url: postgresql.url,
    ca: undefined,
    commandTimeoutMs: SCHEMA_TIMEOUT_MS,
    poolSize: 1,
  };
  return createOrdersSchemas(settings, DEFAULT_ROLES, createLogger('orders-schema', 'error'));
}

function operations({ logLevel, operationsPort }: ServiceSource): Variables {
  return { OPERATIONS_HOST: HOST, OPERATIONS_PORT: String(operationsPort), LOG_LEVEL: logLevel };
}

function api({ httpPort }: ServiceSource): Variables {
  return { HTTP_HOST: HOST, HTTP_PORT: String(httpPort) };
}

function shared(source: ServiceSource, databaseUrl: string): Variables {
  return {
    ...operations(source),
    KAFKA_BROKERS: source.addresses.kafka.brokers,
    KAFKA_SESSION_TIMEOUT_MS: SESSION_TIMEOUT_MS,
    KAFKAJS_NO_PARTITIONER_WARNING: '1',
    POSTGRESQL_URL: databaseUrl,
  };
}
