import { properties } from '../config-file.ts';

/** How PostgreSQL runs as a process, be it a primary or a replica, which may become a primary. */

export const dataPath = '/var/lib/postgresql/data';
export const configPath = '/etc/postgresql';
export const programs = '/usr/lib/postgresql/17/bin';

/** User and group of the official image. */
export const account = { user: 999, group: 999 } as const;

/** Environment of the server and of its tools. */
export function environmentOf(port: number): Readonly<Record<string, string>> {
  return {
    HOME: '/tmp',
    LANG: 'C.UTF-8',
    PATH: `${programs}:/usr/bin:/bin`,
    PGDATA: `${dataPath}/pgdata`,
    PGHOST: '/tmp',
    PGPORT: String(port),
  };
}

/** Configuration files that a primary and its replicas have alike, but for the port. */
export function configFiles(port: number): Readonly<Record<'pg_hba.conf' | 'postgresql.conf', string>> {
  return {
    'pg_hba.conf': [
      'local all postgres peer\n',
      'host replication caudal_replica 127.0.0.1/32 scram-sha-256\n',
      'host all all 127.0.0.1/32 scram-sha-256\n',
    ].join(''),
    'postgresql.conf': properties({
      hba_file: `'${configPath}/pg_hba.conf'`,
      listen_addresses: `'127.0.0.1'`,
      port,
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
      wal_level: 'replica',
      // Of a replica that is away: what it lacks is kept up to here, then it has to be copied again.
      max_slot_wal_keep_size: `'256MB'`,
      wal_sender_timeout: `'20s'`,
      wal_receiver_timeout: `'10s'`,
      wal_receiver_status_interval: `'1s'`,
      wal_retrieve_retry_interval: `'500ms'`,
      // For at most this time may a read of a replica hold up what the replica follows.
      max_standby_streaming_delay: `'1s'`,
      timezone: `'UTC'`,
      log_timezone: `'UTC'`,
    }),
  };
}
