import { backOffMs, pause } from '../../../back-off.ts';
import { type Connection, type ConnectionSettings, openConnection } from './connection.ts';
import { IgniteError } from './ignite-error.ts';

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_000;

/** What a client needs besides the place of its server. */
export interface ClientOptions extends ConnectionSettings {
  /** Makes a new connection ready for use; when it fails, the connection is closed, and the next attempt follows. */
  prepare(connection: Connection, stopping: AbortSignal): Promise<void>;
  /** Called whenever a connection has become usable. */
  onReady(): void;
  /** Called whenever there is none, with the reason: after a loss, and after every failed attempt. */
  onFailure(reason: IgniteError): void;
}

/** Keeps a connection, and opens the next one when it is lost. */
export interface ThinClient {
  /** Starts to connect, once; resolves at the first usable connection, however long that takes. */
  connect(): Promise<void>;
  /**
   * Returns the connection.
   *
   * @throws IgniteError of kind `connection`, with the last reason, if there is none
   */
  connection(): Connection;
  isReady(): boolean;
  close(): Promise<void>;
}

/** Creates a client, without connecting. */
export function createThinClient(options: ClientOptions): ThinClient {
  const stopping = new AbortController();
  const first = Promise.withResolvers<void>();
  let running: Promise<void> | undefined;
  let current: Connection | undefined;
  let lastReason: IgniteError | undefined;

  /** Opens a connection and uses it until it is lost; returns why. */
  async function useOne(onUsable: () => void): Promise<IgniteError> {
    let connection: Connection | undefined;
    try {
      connection = await openConnection(options, stopping.signal);
      await options.prepare(connection, stopping.signal);
      current = connection;
      onUsable();
      options.onReady();
      first.resolve();
      return await connection.closed;
    } catch (error) {
      connection?.close();
      return error instanceof IgniteError
        ? error
        : new IgniteError('connection', String(error), { cause: error });
    } finally {
      current = undefined;
    }
  }

  async function keepConnected(): Promise<void> {
    for (let attempt = 1; !stopping.signal.aborted; attempt += 1) {
      const reason = await useOne(() => {
        attempt = 0;
      });
      if (stopping.signal.aborted) break;
      lastReason = reason;
      options.onFailure(reason);
      await pause(backOffMs(Math.max(attempt, 1), FIRST_PAUSE_MS, LONGEST_PAUSE_MS), stopping.signal);
    }
    first.reject(new IgniteError('connection', 'closed before it was connected'));
  }

  return {
    connect() {
      running ??= keepConnected();
      return first.promise;
    },
    connection() {
      if (current === undefined)
        throw new IgniteError('connection', lastReason?.message ?? 'not connected yet', {
          cause: lastReason,
        });
      return current;
    },
    isReady: () => current !== undefined,
    async close() {
      stopping.abort();
      await running;
    },
  };
}
