import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { IMAGE_PATH } from '../../../rootfs/rootfs.ts';
import { describeServer } from '../../description.ts';
import { answersPostgresql } from '../../probes.ts';
import { createSecret } from '../../secrets.ts';
import { properties } from '../config-file.ts';

/** Addresses of PostgreSQL: one database, by the role of who asks. */
interface PostgresqlAddresses {
  /** `postgresql://user:password@host:port/database` of the owner, who may make schemas. */
  readonly url: string;
  /** Of a role that may use what the owner grants to `caudal_consumer`. */
  readonly consumerUrl: string;
  /** Of a role that may use what the owner grants to `caudal_console`. */
  readonly consoleUrl: string;
  /** Of the roles of the orders system, which may use what the owner grants to each. */
  readonly orders: {
    /** Of `caudal_orders_api`. */
    readonly apiUrl: string;
    /** Of `caudal_orders_processor`. */
    readonly processorUrl: string;
    /** Of `caudal_orders_notifier`. */
    readonly notifierUrl: string;
  };
  /** Of the superuser. */
  readonly adminUrl: string;
}

const database = 'caudal';
const programs = '/usr/lib/postgresql/17/bin';
const dataPath = '/var/lib/postgresql/data';
const configPath = '/etc/postgresql';
const start = readFileSync(join(import.meta.dirname, 'start.sh'), 'utf8');
const setup = readFileSync(join(import.meta.dirname, 'setup.sql'), 'utf8');

/** Roles that log in, by the secret that is their password. */
const roles = {
  adminPassword: 'postgres',
  ownerPassword: 'caudal_owner',
  consumerPassword: 'caudal_consumer',
  consolePassword: 'caudal_console',
  ordersApiPassword: 'caudal_orders_api',
  ordersProcessorPassword: 'caudal_orders_processor',
  ordersNotifierPassword: 'caudal_orders_notifier',
} as const;

/** Roles that are made at a start if they are missing: older data have none but those of setup.sql. */
const laterRoles: ReadonlySet<string> = new Set([
  roles.ordersApiPassword,
  roles.ordersProcessorPassword,
  roles.ordersNotifierPassword,
]);

/** Statements that leave a role with this password; an empty line ends each. */
function setRole(role: string, password: string): readonly string[] {
  const make = [
    `do $$ begin if not exists (select from pg_roles where rolname = '${role}') then create role ${role} login; end if; end $$;\n`,
    `grant connect on database ${database} to ${role};\n`,
  ];
  return [...(laterRoles.has(role) ? make : []), `alter role ${role} password '${password}';\n`];
}

export const postgresql = describeServer({
  role: 'store',
  isOptional: true,
  ports: ['main'],
  secrets: {
    adminPassword: createSecret,
    ownerPassword: createSecret,
    consumerPassword: createSecret,
    consolePassword: createSecret,
    ordersApiPassword: createSecret,
    ordersProcessorPassword: createSecret,
    ordersNotifierPassword: createSecret,
  },
  layers: [{ name: 'postgresql', sizeMb: 75 }],
  // With SIGTERM it would wait for every client to leave.
  stopSignal: 'SIGINT',

  define: ({ ports, secrets }) => ({
    user: 999,
    group: 999,
    dataPath,
    configPath,
    files: {
      'start.sh': start,
      'setup.sql': setup,
      'passwords.sql': Object.entries(roles)
        .flatMap(([secret, role]) => setRole(role, secrets[secret as keyof typeof roles]))
        .join('\n'),
      'pg_hba.conf': [
        'local all postgres peer\n',
        // To be copied, and followed by the copy.
        'local replication postgres peer\n',
        'host replication postgres 127.0.0.1/32 scram-sha-256\n',
        'host all all 127.0.0.1/32 scram-sha-256\n',
      ].join(''),
      'postgresql.conf': properties({
        hba_file: `'${configPath}/pg_hba.conf'`,
        listen_addresses: `'127.0.0.1'`,
        port: ports.main,
        // Its own: no other process sees this /tmp.
        unix_socket_directories: `'/tmp'`,
        // There is no /dev/shm.
        dynamic_shared_memory_type: 'mmap',
        // A commit is on disk before it is answered: a message is acknowledged to its broker after that.
        synchronous_commit: 'on',
        max_connections: 100,
        // The defaults are for a machine of its own.
        shared_buffers: `'64MB'`,
        max_wal_size: `'256MB'`,
        timezone: `'UTC'`,
        log_timezone: `'UTC'`,
      }),
    },
    environment: {
      HOME: '/tmp',
      LANG: 'C.UTF-8',
      PATH: `${programs}:/usr/bin:/bin`,
      PGDATA: `${dataPath}/pgdata`,
      PGHOST: '/tmp',
      PGPORT: String(ports.main),
    },
    command: ['sh', `${configPath}/start.sh`, '-c', `config_file=${configPath}/postgresql.conf`],
  }),

  isReady: ({ ports }) => answersPostgresql(ports.main),

  addresses: ({ ports, secrets }): PostgresqlAddresses => {
    const urlOf = (secret: keyof typeof roles) =>
      `postgresql://${roles[secret]}:${secrets[secret]}@127.0.0.1:${ports.main}/${database}`;
    return {
      url: urlOf('ownerPassword'),
      consumerUrl: urlOf('consumerPassword'),
      consoleUrl: urlOf('consolePassword'),
      orders: {
        apiUrl: urlOf('ordersApiPassword'),
        processorUrl: urlOf('ordersProcessorPassword'),
        notifierUrl: urlOf('ordersNotifierPassword'),
      },
      adminUrl: urlOf('adminPassword'),
    };
  },
  showAddresses: ({ url }) => url,

  composeVariables: ({ ports, secrets }) => ({
    CAUDAL_POSTGRESQL_ADMIN_PASSWORD: secrets.adminPassword,
    CAUDAL_POSTGRESQL_OWNER_PASSWORD: secrets.ownerPassword,
    CAUDAL_POSTGRESQL_CONSUMER_PASSWORD: secrets.consumerPassword,
    CAUDAL_POSTGRESQL_CONSOLE_PASSWORD: secrets.consolePassword,
    CAUDAL_POSTGRESQL_ORDERS_API_PASSWORD: secrets.ordersApiPassword,
    CAUDAL_POSTGRESQL_ORDERS_PROCESSOR_PASSWORD: secrets.ordersProcessorPassword,
    CAUDAL_POSTGRESQL_ORDERS_NOTIFIER_PASSWORD: secrets.ordersNotifierPassword,
    CAUDAL_POSTGRESQL_PORT: String(ports.main),
  }),

  image: {
    name: 'postgres:17',
    config: {
      Env: [`PATH=${IMAGE_PATH}:${programs}`, 'LANG=C.UTF-8', 'PG_MAJOR=17', `PGDATA=${dataPath}`],
      Cmd: ['postgres'],
      StopSignal: 'SIGINT',
    },
  },
});
