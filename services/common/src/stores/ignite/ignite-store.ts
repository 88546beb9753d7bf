import { randomInt } from 'node:crypto';
import { AppError, errorMessage } from '../../errors.ts';
import type { Logger } from '../../logging.ts';
import { PRODUCER_TTL_SECONDS } from '../plan-batch.ts';
import type { CountStore, StoreTotals } from '../ports.ts';
import { DEFAULT_KEY_RETENTION_HOURS, type StoreSettings } from '../settings.ts';
import { applyBatch } from './apply-batch.ts';
import { attemptKey, cacheNamesOf, readPosition, readSlot, SLOTS } from './ignite-layout.ts';
import { igniteSettings } from './ignite-settings.ts';
import { prepareCaches } from './prepare-caches.ts';
import { Cache } from './thin-client/caches.ts';
import { createThinClient } from './thin-client/client.ts';
import type { Connection } from './thin-client/connection.ts';
import { IgniteError } from './thin-client/ignite-error.ts';

/** Clocks of servers and services may differ this much. */
const CLOCK_DIFFERENCE_MS = 3_600_000;

/**
 * Apache Ignite 2 by its binary client protocol. A batch is one transaction over three caches ({@link file://./ignite-layout.ts}).
 *
 * @throws AppError `CONFIG_INVALID`, or RangeError for the key prefix, for settings that cannot be used
 */
export function createIgniteStore(settings: StoreSettings, logger: Logger): CountStore {
  const name = 'ignite';
  const names = cacheNamesOf(settings.keyPrefix);
  const { connection: place, backups } = igniteSettings(settings);
  const keepMs =
    1_000 *
    Math.max(PRODUCER_TTL_SECONDS, (settings.keyRetentionHours ?? DEFAULT_KEY_RETENTION_HOURS) * 3_600);
  const slot = SLOTS[randomInt(SLOTS.length)] as string;
  const reconnectedListeners: (() => void)[] = [];
  let wasConnected = false;
  let lastReason: string | undefined;
  let lastBatch: Promise<unknown> = Promise.resolve();

  const client = createThinClient({
    ...place,
    prepare: (connection) =>
      prepareCaches(connection, { names, schema: settings.schema ?? 'create', backups, keepMs }),
    onReady() {
      lastReason = undefined;
      logger.info({ store: name }, 'store connected');
      if (wasConnected) for (const listener of reconnectedListeners) listener();
      wasConnected = true;
    },
    onFailure({ message: reason }) {
      // One line per cause, as every attempt to reconnect fails for the same.
      if (reason !== lastReason) logger.warn({ store: name, reason }, 'store connection');
      lastReason = reason;
    },
  });

  async function run<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    let connection: Connection | undefined;
    try {
      connection = client.connection();
      return await work(connection);
    } catch (error) {
      // The next connection finds out what is wrong: an inactive cluster, a cache that is gone.
      if (error instanceof IgniteError) connection?.close();
      throw translate(name, error);
    }
  }

  const readSlots = (): Promise<ReturnType<typeof readSlot>[]> =>
    run(async (connection) => {
      const values = await new Cache(connection, names.counts).getAll(SLOTS);
      return [...values].map(([slot, value]) => readSlot(slot, value));
    });

  /** Reads entries of the positions' cache and turns them into one result a source. */
  function readPositions<T>(
    sources: readonly string[],
    further: readonly string[],
    resultOf: (source: string, values: ReadonlyMap<string, unknown>) => T,
  ): Promise<Map<string, T>> {
    if (sources.length === 0) return Promise.resolve(new Map());
    return run(async (connection) => {
      const values = await new Cache(connection, names.positions).getAll([...sources, ...further]);
      return new Map(sources.map((source) => [source, resultOf(source, values)]));
    });
  }

  return {
    name,
    async connect() {
      try {
        await client.connect();
      } catch (error) {
        throw translate(name, error);
      }
    },
    apply(batch) {
      // Requests of a connection are carried out one after another: a batch that waited for the locks of another on the same
      // connection would hold up what releases them.
      const result = lastBatch.then(() =>
        run((connection) =>
          applyBatch(connection, batch, {
            names,
            slot,
            timeoutMs: settings.commandTimeoutMs,
            label: settings.clientName,
          }),
        ),
      );
      lastBatch = result.catch(() => undefined);
      return result;
    },
    positions: (sources) =>
      readPositions(sources, [], (source, values) => readPosition(source, values.get(source))?.next ?? null),
    logStates: (sources) =>
      readPositions(sources, sources.map(attemptKey), (source, values) => {
        const { next = null, marks = '' } = readPosition(source, values.get(source)) ?? {};
        return { position: next, marks, attempt: String(values.get(attemptKey(source)) ?? '') };
      }),
    noteAttempt: (source, attempt) =>
      run((connection) => new Cache(connection, names.positions).put(attemptKey(source), attempt)),
    async totals() {
      const slots = await readSlots();
      return {
        total: slots.reduce((sum, { total }) => sum + total, 0),
        byCountry: sumOf(slots.map(({ byCountry }) => byCountry)),
        byWeather: sumOf(slots.map(({ byWeather }) => byWeather)),
      } satisfies StoreTotals;
    },
    identities: () => run((connection) => new Cache(connection, names.messages).size()),
    async expiryMark() {
      // The server does not report how many have expired. None has until the oldest may; afterwards it is unknown.
      const starts = (await readSlots()).map(({ since }) => since).filter((since) => since > 0);
      if (starts.length === 0) return 'none';
      const oldest = Math.min(...starts);
      return Date.now() + CLOCK_DIFFERENCE_MS < oldest + keepMs ? `none before ${oldest + keepMs}` : null;
    },
    isReady: () => client.isReady(),
    unreadyReason: () => lastReason,
    onReconnected: (listener) => void reconnectedListeners.push(listener),
    close: () => client.close(),
  };
}

function sumOf(all: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const counts of all)
    for (const [label, n] of Object.entries(counts)) sums[label] = (sums[label] ?? 0) + n;
  return sums;
}

/** Data that is not what this store writes is rejected; everything else may be temporary, and the lane pauses. */
function translate(name: string, error: unknown): AppError {
  if (error instanceof AppError) return error;
  const message = `${name}: ${errorMessage(error)}`;
  return error instanceof IgniteError
    ? new AppError('STORE_UNAVAILABLE', message, { retriable: true, cause: error })
    : new AppError('STORE_REJECTED', message, { cause: error });
}
