import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { IMAGE_PATH } from '../../../rootfs/rootfs.ts';
import { describeServer } from '../../description.ts';
import { answersPostgresql } from '../../probes.ts';
import { account, configFiles, configPath, dataPath, environmentOf, programs } from './process.ts';
import { databases, passwordSecrets, setRoles, urlOf } from './roles.ts';

/** Addresses of PostgreSQL, by the role of who asks. */
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
  /** Of the films system, which has a database of its own. */
  readonly films: {
    /** Of `caudal_films_owner`, who owns it and imports. */
    readonly ownerUrl: string;
    /** Of `caudal_films_api`, which may use what the owner grants to it. */
    readonly apiUrl: string;
  };
  /** Of the superuser. */
  readonly adminUrl: string;
}

const read = (file: string) => readFileSync(join(import.meta.dirname, file), 'utf8');
const files = {
  'start.sh': read('start.sh'),
  'setup.sql': read('setup.sql'),
  'later-databases.sql': read('later-databases.sql'),
};

export const postgresql = describeServer({
  role: 'store',
  isOptional: true,
  ports: ['main'],
  secrets: passwordSecrets,
  layers: [{ name: 'postgresql', sizeMb: 75 }],
  // With SIGTERM it would wait for every client to leave.
  stopSignal: 'SIGINT',

  define: ({ ports, secrets }) => ({
    ...account,
    dataPath,
    configPath,
    files: { ...files, 'passwords.sql': setRoles(secrets), ...configFiles(ports.main) },
    environment: environmentOf(ports.main),
    command: ['sh', `${configPath}/start.sh`, '-c', `config_file=${configPath}/postgresql.conf`],
  }),

  isReady: ({ ports }) => answersPostgresql(ports.main),

  addresses: ({ ports, secrets }): PostgresqlAddresses => {
    const server = { port: ports.main, passwords: secrets };
    return {
      url: urlOf('ownerPassword', databases.main, server),
      consumerUrl: urlOf('consumerPassword', databases.main, server),
      consoleUrl: urlOf('consolePassword', databases.main, server),
      orders: {
        apiUrl: urlOf('ordersApiPassword', databases.main, server),
        processorUrl: urlOf('ordersProcessorPassword', databases.main, server),
        notifierUrl: urlOf('ordersNotifierPassword', databases.main, server),
      },
      films: {
        ownerUrl: urlOf('filmsOwnerPassword', databases.films, server),
        apiUrl: urlOf('filmsApiPassword', databases.films, server),
      },
      adminUrl: urlOf('adminPassword', databases.main, server),
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
    CAUDAL_POSTGRESQL_FILMS_OWNER_PASSWORD: secrets.filmsOwnerPassword,
    CAUDAL_POSTGRESQL_FILMS_API_PASSWORD: secrets.filmsApiPassword,
    CAUDAL_POSTGRESQL_REPLICA_PASSWORD: secrets.replicaPassword,
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
