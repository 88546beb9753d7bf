import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeServer, type OwnState, type StateOf } from '../../description.ts';
import { answersPostgresql } from '../../probes.ts';
import { postgresql } from './postgresql.ts';
import { account, configFiles, configPath, dataPath, environmentOf } from './process.ts';
import { databases, type Passwords, urlOf } from './roles.ts';

/** Addresses of a replica, which has the roles and passwords of its primary. Nothing can be written there. */
interface ReplicaAddresses {
  /** Of `caudal_films_api`. */
  readonly filmsApiUrl: string;
  /** Of the superuser. */
  readonly adminUrl: string;
}

const charts = join(import.meta.dirname, '..', '..', '..', '..', 'charts');
/** The chart's: what a replica does is the same everywhere. */
const start = readFileSync(join(charts, 'caudal', 'files', 'postgresql', 'replica.sh'), 'utf8');

const standing = `select case
  when not pg_is_in_recovery() then 'promoted: takes writes'
  when status = 'streaming' then 'follows, ' || greatest(0, pg_wal_lsn_diff(latest_end_lsn, pg_last_wal_replay_lsn()))::bigint || ' bytes behind'
  else 'does not follow its primary' end
from (select) as always left join pg_stat_wal_receiver on true`;

/** Describes a replica of PostgreSQL, which copies it at its first start and follows it from then on. */
export function describeReplica(number: 1 | 2) {
  return describeServer({
    role: 'store',
    isOptional: true,
    needs: ['postgresql'],
    ports: ['main'],
    secrets: {},
    layers: postgresql.layers,
    stopSignal: 'SIGINT',

    define: ({ ports }, { stateOf }) => ({
      ...account,
      dataPath,
      configPath,
      files: {
        'replica.sh': start,
        'replica-password': primaryOf(stateOf).secrets.replicaPassword,
        ...configFiles(ports.main),
      },
      environment: {
        ...environmentOf(ports.main),
        SHARED: configPath,
        SLOT: `replica_${number}`,
        PRIMARY: `host=127.0.0.1 port=${primaryOf(stateOf).ports.main}`,
      },
      command: ['sh', `${configPath}/replica.sh`],
    }),

    isReady: ({ ports }) => answersPostgresql(ports.main),

    addresses: ({ ports }, stateOf): ReplicaAddresses => {
      const server = { port: ports.main, passwords: primaryOf(stateOf).secrets };
      return {
        filmsApiUrl: urlOf('filmsApiPassword', databases.films, server),
        adminUrl: urlOf('adminPassword', databases.main, server),
      };
    },
    showAddresses: ({ filmsApiUrl }) => filmsApiUrl,
    describeStatus: async (execute) =>
      (await execute(['psql', '-XqAt', '-U', 'postgres', '-c', standing])).trim(),

    composeVariables: ({ ports }) => ({
      [`CAUDAL_POSTGRESQL_REPLICA_${number}_PORT`]: String(ports.main),
    }),
  });
}

function primaryOf(stateOf: StateOf): {
  readonly ports: OwnState<'main'>['ports'];
  readonly secrets: Passwords;
} {
  return stateOf('postgresql') as OwnState<'main', keyof Passwords>;
}
