import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { AppError, errorMessage } from '../errors.ts';
import type { Logger } from '../logging.ts';
import type { BatchPosition } from '../messaging/ports.ts';
import { isBucket } from './key-buckets.ts';
import { NameSet } from './name-set.ts';
import { type BatchPlan, planBatch } from './plan-batch.ts';
import type { ApplyResult, CountStore, StoreBatch, StoreTotals } from './ports.ts';
import {
  appliedResult,
  movedPositions,
  type ScriptArgument,
  scriptArguments,
  toOffset,
} from './script-protocol.ts';
import { DEFAULT_KEY_RETENTION_HOURS, type StoreSettings } from './settings.ts';

/** The part of a driver used by {@link createScriptStore}; common to ioredis and iovalkey. */
export interface ScriptClient {
  readonly status: string;
  connect(): Promise<void>;
  disconnect(reconnect?: boolean): void;
  evalsha(sha: string, keys: number, ...rest: ScriptArgument[]): Promise<unknown>;
  eval(script: string, keys: number, ...rest: ScriptArgument[]): Promise<unknown>;
  hmget(key: string, ...fields: string[]): Promise<(string | null)[]>;
  hset(key: string, field: string, value: string): Promise<number>;
  hgetall(key: string): Promise<Record<string, string>>;
  get(key: string): Promise<string | null>;
  multi(): {
    hgetall(key: string): unknown;
    get(key: string): unknown;
    exec(): Promise<[error: Error | null, result: unknown][] | null>;
  };
  scan(
    cursor: string,
    match: 'MATCH',
    pattern: string,
    count: 'COUNT',
    number: number,
  ): Promise<[cursor: string, keys: string[]]>;
  pipeline(): {
    bitcount(key: string): unknown;
    hlen(key: string): unknown;
    exec(): Promise<[error: Error | null, result: unknown][] | null>;
  };
  info(): Promise<string>;
  on(event: 'error' | 'ready' | 'close' | 'end', listener: (error?: unknown) => void): unknown;
  once(event: 'ready', listener: () => void): unknown;
  off(event: 'ready', listener: () => void): unknown;
}

/** Options of every store client, whichever the driver. */
export function clientOptions(settings: StoreSettings) {
  return {
    connectionName: settings.clientName,
    lazyConnect: true,
    // Fail immediately without a connection: the consumer pauses and nothing queues up in memory.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    // A lost reply must not leave a promise pending; the script may be sent again.
    commandTimeout: settings.commandTimeoutMs,
    connectTimeout: settings.commandTimeoutMs,
    keepAlive: 5_000,
    retryStrategy: (attempt: number) =>
      Math.min(50 * 2 ** Math.min(attempt, 6), 1_000) * (0.5 + Math.random() / 2),
    ...(settings.url.startsWith('rediss:') && { tls: settings.ca === undefined ? {} : { ca: settings.ca } }),
  };
}

/** Suffixes of further fields of a source in the offsets' hash; a topic's name has no `#`. */
const MARKS = '#marks';
const ATTEMPT = '#attempt';
/** Number of keys that were removed from buckets. */
const SWEPT = '#swept';

const SCRIPT = readFileSync(new URL('./apply-batch.lua', import.meta.url), 'utf8');
const SCRIPT_SHA = createHash('sha1').update(SCRIPT).digest('hex');

/** A store that speaks the Redis protocol and runs {@link file://./apply-batch.lua}. */
export function createScriptStore(
  name: string,
  client: ScriptClient,
  settings: StoreSettings,
  logger: Logger,
): CountStore {
  const key = (suffix: string): string => settings.keyPrefix + suffix;
  const isKeyBucket = (name: string): boolean => isBucket(name.slice(settings.keyPrefix.length));
  const countKeys = [key('country_counts'), key('total_messages'), key('weather_counts'), key('offsets')];
  const keyTtlSeconds = (settings.keyRetentionHours ?? DEFAULT_KEY_RETENTION_HOURS) * 3_600;
  // Until the store asks for them, so that its script need not look up what it cannot have.
  let withFormerBitmaps = false;
  let lastError: string | undefined;
  let wasConnected = false;
  const reconnectedListeners: (() => void)[] = [];
  client.on('error', (error) => {
    // Drivers report every failed reconnect; log one line per cause.
    const reason = errorMessage(error);
    if (reason !== lastError) logger.warn({ store: name, reason }, 'store connection');
    lastError = reason;
  });
  client.on('ready', () => {
    lastError = undefined;
    logger.info({ store: name }, 'store connected');
    if (wasConnected) for (const listener of reconnectedListeners) listener();
    wasConnected = true;
  });

  async function run<T>(command: () => Promise<T>): Promise<T> {
    try {
      return await command();
    } catch (error) {
      if (isLeft(errorMessage(error)) && client.status === 'ready') client.disconnect(true);
      throw translate(name, error);
    }
  }

  async function runScript(keys: readonly string[], args: readonly ScriptArgument[]): Promise<unknown> {
    try {
      return await client.evalsha(SCRIPT_SHA, keys.length, ...keys, ...args);
    } catch (error) {
      if (!errorMessage(error).startsWith('NOSCRIPT')) throw error;
      return await client.eval(SCRIPT, keys.length, ...keys, ...args);
    }
  }

  async function applyPlan(
    plan: BatchPlan,
    positions: readonly BatchPosition[],
  ): Promise<ApplyResult | 'overlap' | 'former'> {
    const keys = [...countKeys, ...plan.bitmaps.map((bitmap) => key(bitmap.key)), ...plan.buckets.map(key)];
    const reply = (await runScript(keys, scriptArguments(plan, positions, keyTtlSeconds))) as [
      string,
      ...(string | number)[],
    ];
    if (reply[0] === 'overlap' || reply[0] === 'former') return reply[0];
    if (reply[0] === 'moved') return { kind: 'moved', positions: movedPositions(reply) };
    return appliedResult(plan, new Set(reply.slice(1) as number[]));
  }

  async function applyBatch({ envelopes, positions }: StoreBatch, oneByOne: boolean): Promise<ApplyResult> {
    const plan = planBatch(envelopes, { oneByOne, keyTtlSeconds, withFormerBitmaps });
    const result = await applyPlan(plan, positions);
    if (result === 'former' && !withFormerBitmaps) {
      withFormerBitmaps = true;
      return applyBatch({ envelopes, positions }, oneByOne);
    }
    if (result === 'overlap' && !oneByOne) return applyBatch({ envelopes, positions }, true);
    if (typeof result === 'string')
      throw new AppError('STORE_REJECTED', `${name}: unexpected reply of the script: ${result}`);
    return result;
  }

  return {
    name,
    connect: () => connect(client, name),
    apply: (batch) => run(() => applyBatch(batch, false)),
    async positions(sources) {
      if (sources.length === 0) return new Map();
      const values = await run(() => client.hmget(key('offsets'), ...sources));
      return new Map(sources.map((source, index) => [source, toOffset(values[index])]));
    },
    async logStates(sources) {
      if (sources.length === 0) return new Map();
      const fields = sources.flatMap((source) => [source, source + MARKS, source + ATTEMPT]);
      const values = await run(() => client.hmget(key('offsets'), ...fields));
      return new Map(
        sources.map((source, index) => {
          const [position, marks, attempt] = values.slice(3 * index, 3 * index + 3);
          return [source, { position: toOffset(position), marks: marks ?? '', attempt: attempt ?? '' }];
        }),
      );
    },
    async noteAttempt(source, attempt) {
      await run(() => client.hset(key('offsets'), source + ATTEMPT, attempt));
    },
    async totals() {
      const replies = await run(async () => {
        const transaction = client.multi();
        transaction.get(countKeys[1] as string);
        transaction.hgetall(countKeys[0] as string);
        transaction.hgetall(countKeys[2] as string);
        return transaction.exec();
      });
      const [total, byCountry, byWeather] = (replies ?? []).map(([error, result]) => {
        if (error) throw translate(name, error);
        return result;
      });
      return {
        total: Number(total ?? 0),
        byCountry: toNumbers(byCountry as Record<string, string>),
        byWeather: toNumbers(byWeather as Record<string, string>),
      } satisfies StoreTotals;
    },
    async identities() {
      let found = 0;
      let cursor = '0';
      // SCAN may name a key twice.
      const seen = new NameSet();
      do {
        const [next, keys] = await run(() => client.scan(cursor, 'MATCH', key('seen:*'), 'COUNT', 1_000));
        cursor = next;
        const fresh = keys.filter((candidate) => seen.add(candidate));
        if (fresh.length === 0) continue;
        const replies = await run(() => {
          const pipeline = client.pipeline();
          for (const candidate of fresh) {
            if (isKeyBucket(candidate)) pipeline.hlen(candidate);
            else pipeline.bitcount(candidate);
          }
          return pipeline.exec();
        });
        for (const [index, [error, n]] of (replies ?? []).entries()) {
          if (error) throw translate(name, error);
          // One field of a bucket is not a key; it may have expired meanwhile.
          found += isKeyBucket(fresh[index] as string) ? Math.max(0, Number(n) - 1) : Number(n);
        }
      } while (cursor !== '0');
      return found;
    },
    async expiryMark() {
      // Without the right to ask, the mark stays unknown; if the store is away, another read fails.
      const info = await client.info().catch(() => '');
      const field = (name: string): string | undefined => new RegExp(`^${name}:(\\S+)`, 'm').exec(info)?.[1];
      const [runId, expiredKeys] = [field('run_id'), field('expired_keys')];
      if (runId === undefined || expiredKeys === undefined) return null;
      const [swept] = await run(() => client.hmget(key('offsets'), SWEPT));
      return `${runId}:${expiredKeys}:${swept ?? 0}`;
    },
    isReady: () => client.status === 'ready',
    onReconnected: (listener) => void reconnectedListeners.push(listener),
    close() {
      client.disconnect();
      return Promise.resolve();
    },
  };
}

/** Resolves at the first ready connection; waits for a store that is not up yet. */
function connect(client: ScriptClient, name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    if (client.status === 'ready') return resolve();
    client.once('ready', resolve);
    client.on('end', () =>
      reject(new AppError('STORE_UNAVAILABLE', `${name}: closed before it was connected`)),
    );
    // A failed first attempt is not final: the driver retries.
    if (client.status === 'wait') client.connect().catch(() => undefined);
  });
}

function toNumbers(hash: Record<string, string>): Record<string, number> {
  return Object.fromEntries(Object.entries(hash).map(([field, value]) => [field, Number(value)]));
}

/**
 * Whether to leave a connection after this error: the peer may have disappeared silently (the old connection would
 * wait for minutes), or it is no longer a primary and its address may resolve to the new one.
 */
function isLeft(reason: string): boolean {
  return reason === 'Command timed out' || /^(READONLY|MASTERDOWN|UNBLOCKED) /.test(reason);
}

/**
 * Replies that mean that the data or the script is wrong, so that a retry cannot help. Other replies that begin with `ERR`
 * come from proxies and managed services (a quota, an unavailable upstream) and may be temporary.
 */
const REJECTION = /^(WRONGTYPE |ERR unknown command|ERR .*script)/;

/** Everything else (no connection, no reply, LOADING, OOM, READONLY, NOAUTH, …) may be temporary: the lane pauses. */
function translate(name: string, error: unknown): AppError {
  if (error instanceof AppError) return error;
  const reason = errorMessage(error);
  return REJECTION.test(reason)
    ? new AppError('STORE_REJECTED', `${name}: ${reason}`, { cause: error })
    : new AppError('STORE_UNAVAILABLE', `${name}: ${reason}`, { retriable: true, cause: error });
}
