import { readFileSync } from 'node:fs';
import { ConfigError, count, list, milliseconds, type parseConfig, url } from '@caudal/common/config';
import { problemOfUrl } from '@caudal/common/postgresql';
import { z } from 'zod';
import type { FilmReaderSettings } from './settings.ts';

const SCHEMES = ['postgresql', 'postgres'] as const;

/** Environment variables of the servers that films are read from. */
export const filmReaderShape = {
  /** `postgresql://user:password@host:port/database` of the primary. */
  POSTGRESQL_URL: url(...SCHEMES).superRefine((value, context) => {
    const problem = URL.canParse(value) ? problemOfUrl(new URL(value)) : undefined;
    if (problem !== undefined) context.addIssue(problem);
  }),
  /** URLs of the replicas, separated by commas: the first is `replica-1`. Without any, the primary is read. */
  POSTGRESQL_REPLICA_URLS: list()
    .superRefine((urls, context) => {
      for (const [index, value] of urls.entries()) {
        const problem = problemOfReplica(value);
        if (problem !== undefined) context.addIssue(`URL ${index + 1} ${problem}`);
      }
    })
    .default([]),
  /** Takes precedence over the one in the URLs. */
  POSTGRESQL_USERNAME: z.string().optional(),
  /** Takes precedence over the one in the URLs. */
  POSTGRESQL_PASSWORD: z.string().optional(),
  /** PEM of the CA of all servers, which also asks for TLS. */
  POSTGRESQL_CA_FILE: z.string().optional(),
  /** Most connections to each server; one of them is kept for probes. */
  POSTGRESQL_POOL_SIZE: count(8, 2, 100),
  /** Time for an answer, with all attempts; 503 when exceeded. */
  READ_DEADLINE_MS: milliseconds(1_000),
  /** Time for an attempt at one server, after which the read is sent once more to another. */
  READ_ATTEMPT_MS: milliseconds(400),
  REPLICA_PROBE_INTERVAL_MS: milliseconds(250),
  /** Time for a probe; a server that needs longer is left out. */
  REPLICA_PROBE_TIMEOUT_MS: milliseconds(500),
  /** A replica that is further behind is left out. */
  REPLICA_MAX_LAG_MS: milliseconds(1_000),
  /** Whether the primary is read where no replica can take a read. */
  PRIMARY_READS: z.enum(['on', 'off'], 'must be on or off').default('on'),
};

type FilmReaderValues = ReturnType<typeof parseConfig<typeof filmReaderShape>>;

/**
 * Converts the parsed variables to settings.
 * @param clientName shown in the servers' lists of clients
 * @throws ConfigError for a URL without a user, a CA that cannot be read, or where nothing could be read
 */
export function filmReaderSettings(values: FilmReaderValues, clientName: string): FilmReaderSettings {
  const problems: string[] = [];
  const withUser = (variable: string, value: string): string => {
    const address = new URL(value);
    if (values.POSTGRESQL_USERNAME) address.username = encodeURIComponent(values.POSTGRESQL_USERNAME);
    if (values.POSTGRESQL_PASSWORD) address.password = encodeURIComponent(values.POSTGRESQL_PASSWORD);
    if (address.username === '')
      problems.push(`${variable}: names no user: add it, or set POSTGRESQL_USERNAME`);
    return address.href;
  };
  if (values.POSTGRESQL_REPLICA_URLS.length === 0 && values.PRIMARY_READS === 'off')
    problems.push('PRIMARY_READS: off needs at least one URL in POSTGRESQL_REPLICA_URLS');
  const settings = {
    clientName,
    primaryUrl: withUser('POSTGRESQL_URL', values.POSTGRESQL_URL),
    replicaUrls: values.POSTGRESQL_REPLICA_URLS.map((value) => withUser('POSTGRESQL_REPLICA_URLS', value)),
    ca: values.POSTGRESQL_CA_FILE ? readFileSync(values.POSTGRESQL_CA_FILE, 'utf8') : undefined,
    poolSize: values.POSTGRESQL_POOL_SIZE,
    readDeadlineMs: values.READ_DEADLINE_MS,
    readAttemptMs: values.READ_ATTEMPT_MS,
    probeIntervalMs: values.REPLICA_PROBE_INTERVAL_MS,
    probeTimeoutMs: values.REPLICA_PROBE_TIMEOUT_MS,
    maxLagMs: values.REPLICA_MAX_LAG_MS,
    primaryReads: values.PRIMARY_READS,
  };
  if (problems.length > 0) throw new ConfigError([...new Set(problems)]);
  return settings;
}

function problemOfReplica(value: string): string | undefined {
  if (!URL.canParse(value)) return 'is not a URL';
  const address = new URL(value);
  if (!SCHEMES.some((scheme) => address.protocol === `${scheme}:`))
    return `must start with ${SCHEMES.map((scheme) => `${scheme}://`).join(' or ')}`;
  return problemOfUrl(address);
}
