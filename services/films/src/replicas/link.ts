import { AppError, errorMessage } from '@caudal/common/errors';
import type { Logger } from '@caudal/common/logging';
import { Database, type DatabaseClient, sqlstateOf } from '@caudal/common/postgresql';
import type { ServerName } from './film-reader.ts';
import type { Observation } from './observation.ts';
import type { FilmReaderSettings } from './settings.ts';
import { Slots } from './slots.ts';

/** A statement with its values. */
export interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** How a server is reached. */
export interface ServerLink {
  /** Connects, and stays connected; resolves when it first is. */
  connect(): Promise<void>;
  isConnected(): boolean;
  /** Writes the beat, where this is the primary, and looks how the server is. */
  probe(): Promise<Observation>;
  /**
   * @throws AppError of the database; the signal's reason where that aborts before the statement is sent
   */
  query<Row>(statement: Statement, signal: AbortSignal): Promise<readonly Row[]>;
  close(): Promise<void>;
}

/** Time to open a connection. Longer than an attempt, which is given up before: a busy server that starts a process is not a lost one. */
const CONNECT_TIMEOUT_MS = 3_000;

/** A standby is read-only, and a primary may be made so: then there is no beat, and no error. */
const BEAT = `select films.beat() where current_setting('transaction_read_only') = 'off'`;

const PROBE = `
  select pg_is_in_recovery() as "isReplica",
         (select extract(epoch from at)::float8 * 1000 from films.beat) as "beatMs",
         (select id from films.version where state = 'current') as current,
         array(select id from films.version where state in ('current', 'previous')) as kept`;

type ProbeRow = Omit<Observation, 'current'> & { readonly current: number | null };

/**
 * Creates the link to one server: a database with a pool of its own. Of its connections one is kept for probes, and reads wait for the others
 * here: in the pool, a long wait would count as a lost server.
 *
 * @throws AppError `CONFIG_INVALID` for a URL that cannot be used, or a pool of one
 */
export function createLink(
  name: ServerName,
  url: string,
  settings: FilmReaderSettings,
  logger: Logger,
): ServerLink {
  const { clientName, ca, poolSize, readAttemptMs } = settings;
  if (poolSize < 2)
    throw new AppError('CONFIG_INVALID', `${name}: one connection is too few: one of them is for probes`);
  const database = new Database({
    name,
    settings: {
      clientName,
      url,
      ca,
      poolSize,
      commandTimeoutMs: readAttemptMs,
      connectTimeoutMs: CONNECT_TIMEOUT_MS,
    },
    logger,
    // Whether it has the films is seen by the probes, and may change.
    prepare: () => Promise.resolve(),
  });
  const slots = new Slots(poolSize - 1);
  database.onReconnected(() => void openAll(database, poolSize));
  return {
    connect: async () => {
      await database.connect();
      await openAll(database, poolSize);
    },
    isConnected: () => database.isReady(),
    probe: () =>
      database.run(async (client) => {
        if (name === 'primary') await beat(client, logger);
        return observe(client);
      }),
    query: <Row>({ text, values }: Statement, signal: AbortSignal) =>
      slots.use(signal, () =>
        database.run(async (client) => (await client.query({ text, values: [...values] })).rows as Row[]),
      ),
    close: () => database.close(),
  };
}

/** Opens the connections of a pool at once: the primary must not be made to start processes at the moment when it is the last resort. */
async function openAll(database: Database, count: number): Promise<void> {
  const open = (): Promise<unknown> => database.run((client) => client.query('select'));
  await Promise.allSettled(Array.from({ length: count }, open));
}

/** A primary whose disk is full can be read. */
async function beat(client: DatabaseClient, logger: Logger): Promise<void> {
  try {
    await client.query(BEAT);
  } catch (error) {
    if (sqlstateOf(error) === undefined) throw error;
    logger.debug(`the primary takes no beat: ${errorMessage(error)}`);
  }
}

async function observe(client: DatabaseClient): Promise<Observation> {
  const { rows } = await client.query<ProbeRow>(PROBE);
  const [row] = rows;
  if (row === undefined) throw new TypeError('a probe without a row');
  return { ...row, current: row.current ?? undefined };
}
