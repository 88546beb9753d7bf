import { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ClientBase, Pool } from 'pg';
import { backOffMs, pause } from '../back-off.ts';
import { AppError, errorMessage, isRetriable } from '../errors.ts';
import type { Logger } from '../logging.ts';
import { type PostgresqlSettings, poolOptions } from './settings.ts';
import { isConnectionLost, READ_ONLY, READ_ONLY_REASON, sqlstateOf, translateError } from './sqlstate.ts';

/** A connection lent to a piece of work. */
export type DatabaseClient = ClientBase;

/** Dependencies of a {@link Database}. */
export interface DatabaseOptions {
  /** In logs and errors. */
  readonly name: string;
  readonly settings: PostgresqlSettings;
  readonly logger: Logger;
  /**
   * Runs at every (re)connection before anything else does: checks or makes the schema. A failure is retried, but for the first
   * time only if a retry can help.
   */
  prepare(client: DatabaseClient): Promise<void>;
}

/** A pool whose connections can be cut at once. */
interface Connections {
  readonly pool: Pool;
  readonly sockets: ReadonlySet<Socket>;
}

type Mode =
  | { readonly kind: 'new' }
  | { readonly kind: 'connecting'; readonly needsPrimary: boolean }
  | { readonly kind: 'ready'; readonly connections: Connections }
  | { readonly kind: 'closed' };

/** Time for the server to hear that we leave. */
const GOODBYE_MS = 1_000;
const RECONNECT_BASE_MS = 50;
const RECONNECT_CAP_MS = 1_000;

/**
 * A PostgreSQL database behind a small pool, connected for as long as the service lives.
 *
 *            connect()             prepared
 *      new ────────────▶ connecting ──────▶ ready      any mode ──close()──▶ closed
 *                            ▲                │
 *                            └────────────────┘
 *                a connection is lost, silent or read-only
 *
 * With one connection all are left: they lead to the same server, which may have become a standby or may have returned with less
 * data. Without a connection, work fails at once instead of queueing up.
 */
export class Database {
  readonly #options: DatabaseOptions;
  readonly #closing = new AbortController();
  readonly #first = Promise.withResolvers<void>();
  readonly #reconnectedListeners: (() => void)[] = [];
  #mode: Mode = { kind: 'new' };
  #wasReady = false;
  #lastReason: string | undefined;

  /** @throws AppError `CONFIG_INVALID` for a URL that cannot be used */
  constructor(options: DatabaseOptions) {
    this.#options = options;
    poolOptions(options.settings);
    // Whoever never calls `connect` does not hear of it.
    this.#first.promise.catch(() => undefined);
  }

  isReady(): boolean {
    return this.#mode.kind === 'ready';
  }

  /** Why it is not ready, as far as that is known. */
  unreadyReason(): string | undefined {
    return this.isReady() ? undefined : this.#lastReason;
  }

  /** Calls `listener` whenever a lost connection is restored. */
  onReconnected(listener: () => void): void {
    this.#reconnectedListeners.push(listener);
  }

  /**
   * Connects, trying for as long as it takes, and stays connected from then on; resolves when the database is first usable.
   * @throws AppError `STORE_UNAVAILABLE` if it was closed before; what `prepare` threw, if a retry cannot help
   */
  connect(): Promise<void> {
    if (this.#mode.kind === 'new') {
      this.#mode = { kind: 'connecting', needsPrimary: false };
      void this.#reconnect();
    }
    return this.#first.promise;
  }

  /**
   * Lends a connection to `work`.
   * @throws AppError as {@link translateError} says; the outcome of what was in progress is unknown if it is retriable
   */
  async run<T>(work: (client: DatabaseClient) => Promise<T>): Promise<T> {
    const { name } = this.#options;
    if (this.#mode.kind !== 'ready') {
      const reason = this.#mode.kind === 'closed' ? 'closed' : (this.#lastReason ?? 'not connected');
      throw new AppError('STORE_UNAVAILABLE', `${name}: ${reason}`, { retriable: true });
    }
    const { connections } = this.#mode;
    try {
      return await lend(connections.pool, work);
    } catch (error) {
      if (isConnectionLost(error)) this.#lose(connections, error);
      throw translateError(name, error);
    }
  }

  /** Ends all connections and fails what is in progress; may be called in any mode. */
  async close(): Promise<void> {
    const mode = this.#mode;
    if (mode.kind === 'closed') return;
    this.#mode = { kind: 'closed' };
    this.#closing.abort();
    this.#first.reject(
      new AppError('STORE_UNAVAILABLE', `${this.#options.name}: closed before it was connected`),
    );
    if (mode.kind !== 'ready') return;
    const answered = new AbortController();
    const end = mode.connections.pool.end().catch(() => undefined);
    await Promise.race([
      end.finally(() => answered.abort()),
      sleep(GOODBYE_MS, undefined, { signal: answered.signal }).catch(() => undefined),
    ]);
    cut(mode.connections);
  }

  #lose(connections: Connections, error: unknown): void {
    if (this.#mode.kind !== 'ready' || this.#mode.connections !== connections) return;
    this.#mode = { kind: 'connecting', needsPrimary: sqlstateOf(error) === READ_ONLY };
    cut(connections);
    this.#report(error);
    void this.#reconnect();
  }

  async #reconnect(): Promise<void> {
    const { name, logger, prepare } = this.#options;
    for (let attempt = 1; this.#mode.kind === 'connecting'; attempt += 1) {
      const { needsPrimary } = this.#mode;
      const connections = this.#open();
      try {
        await lend(connections.pool, async (client) => {
          if (needsPrimary) await assertWritable(client);
          await prepare(client);
        });
      } catch (error) {
        cut(connections);
        if (!this.#wasReady && !isRetriable(translateError(name, error))) return this.#giveUp(error);
        this.#report(error);
        await pause(backOffMs(attempt, RECONNECT_BASE_MS, RECONNECT_CAP_MS), this.#closing.signal);
        continue;
      }
      if (this.#closing.signal.aborted) return cut(connections);
      this.#mode = { kind: 'ready', connections };
      this.#lastReason = undefined;
      logger.info({ store: name }, 'store connected');
      this.#first.resolve();
      if (this.#wasReady) for (const listener of this.#reconnectedListeners) listener();
      this.#wasReady = true;
    }
  }

  #giveUp(error: unknown): void {
    this.#mode = { kind: 'closed' };
    this.#first.reject(translateError(this.#options.name, error));
  }

  /** One line for each reason in a row: every further attempt fails for the same one, usually. */
  #report(error: unknown): void {
    if (this.#closing.signal.aborted) return;
    const { name, logger } = this.#options;
    const reason = errorMessage(translateError(name, error)).replace(`${name}: `, '');
    if (reason !== this.#lastReason) logger.warn({ store: name, reason }, 'store connection');
    this.#lastReason = reason;
  }

  #open(): Connections {
    const sockets = new Set<Socket>();
    const pool = new Pool({
      ...poolOptions(this.#options.settings),
      stream: () => {
        const socket = new Socket();
        sockets.add(socket);
        return socket.once('close', () => sockets.delete(socket));
      },
    });
    const connections = { pool, sockets };
    pool.on('error', (error) => this.#lose(connections, error));
    // The error of a connection that is lent comes to its query as well, and ends the process without a listener here.
    pool.on('connect', (client) => client.on('error', () => undefined));
    return connections;
  }
}

/** Lends a connection of the pool, and removes it from the pool if it is of no more use. */
async function lend<T>(pool: Pool, work: (client: DatabaseClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    const result = await work(client);
    client.release();
    return result;
  } catch (error) {
    client.release(isConnectionLost(error));
    throw error;
  }
}

function cut({ pool, sockets }: Connections): void {
  if (!pool.ending) void pool.end().catch(() => undefined);
  for (const socket of sockets) socket.destroy();
}

/**
 * Runs `work` in a transaction, which is rolled back if it throws.
 * @throws what `work` or the commit threw; after an error of the commit the outcome is unknown. TypeError if `work` has dropped
 * the error of a statement
 */
export async function transaction<T>(client: DatabaseClient, work: () => Promise<T>): Promise<T> {
  await client.query('begin');
  try {
    const result = await work();
    const { command } = await client.query('commit');
    // The server's answer to COMMIT after a failed statement.
    if (command !== 'COMMIT')
      throw new TypeError('a statement failed in the transaction, and its error was dropped');
    return result;
  } catch (error) {
    if (!isConnectionLost(error)) await client.query('rollback');
    throw error;
  }
}

async function assertWritable(client: DatabaseClient): Promise<void> {
  const { rows } = await client.query<{ transaction_read_only: string }>('show transaction_read_only');
  if (rows[0]?.transaction_read_only === 'off') return;
  throw new AppError('STORE_UNAVAILABLE', READ_ONLY_REASON, { retriable: true });
}
