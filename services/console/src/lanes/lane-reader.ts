import type { LaneReport } from '@caudal/common/account';
import { AppError, errorMessage } from '@caudal/common/errors';
import type { Logger } from '@caudal/common/logging';
import { type BacklogReader, untilConnected } from '@caudal/common/messaging';
import type { CountStore, StoreTotals } from '@caudal/common/stores';
import { StoreRate, secondsBehind } from './store-rate.ts';

/** Read-only access to a lane's store and broker. */
export interface LaneReader {
  readonly lane: string;
  /** The only countries whose messages the lane takes; undefined: all. */
  readonly countries: readonly string[] | undefined;
  /** Starts connecting and keeps retrying in the background. */
  start(): void;
  /** Reads the lane. Never rejects: failures are part of the report. */
  read(options: { readonly identities: boolean }): Promise<LaneReport>;
  close(): Promise<void>;
}

/** Dependencies and settings of {@link createLaneReader}. */
export interface LaneReaderOptions {
  readonly lane: string;
  /** The only countries whose messages the lane takes; undefined: all. */
  readonly countries?: readonly string[] | undefined;
  readonly store: CountStore;
  readonly backlog: BacklogReader;
  readonly logger: Logger;
  /** Timeout per part; a slower one is reported as not answering. */
  readonly readTimeoutMs: number;
  /** Timeout for totals with identities. */
  readonly auditTimeoutMs: number;
  readonly stopping: AbortSignal;
}

/** Creates a reader for a lane. */
export function createLaneReader(options: LaneReaderOptions): LaneReader {
  const { lane, countries, store, backlog, logger, readTimeoutMs, auditTimeoutMs, stopping } = options;
  const rate = new StoreRate();
  let brokerError: string | undefined = 'not connected yet';

  async function readTotals(identities: boolean) {
    if (!store.isReady()) throw new AppError('STORE_UNAVAILABLE', `${store.name} is not connected`);
    const noted = (totals: StoreTotals): StoreTotals => {
      rate.note(totals.total, performance.now());
      return totals;
    };
    if (!identities) return { ...noted(await store.totals()), identities: null };
    const readAt = Date.now();
    const markBefore = await store.expiryMark();
    const totals = noted(await store.totals());
    const counted = await store.identities();
    const mark = await store.expiryMark();
    // Identities that expired during the count may or may not be included.
    return { ...totals, identities: counted, readAt, expiryMark: mark === markBefore ? mark : null };
  }

  async function readBacklog() {
    if (brokerError !== undefined) throw new AppError('BROKER_UNAVAILABLE', brokerError);
    const sources = await backlog.sources();
    // A log's backlog is measured against the store, so the store must answer too.
    const positions =
      sources.length === 0 ? new Map<string, number | null>() : await store.positions(sources);
    return backlog.read(positions);
  }

  return {
    lane,
    countries,
    start() {
      store.connect().catch((error: unknown) => {
        if (!stopping.aborted) logger.warn({ lane, reason: errorMessage(error) }, 'store not connected');
      });
      untilConnected(() => backlog.connect(), { name: backlog.broker, logger, stopping }).then(
        () => {
          brokerError = undefined;
        },
        (error: unknown) => {
          brokerError = errorMessage(error);
          if (!stopping.aborted) logger.error({ lane, reason: brokerError }, 'backlog is unavailable');
        },
      );
    },
    async read({ identities }) {
      const [totals, behind] = await Promise.allSettled([
        withTimeout(() => readTotals(identities), identities ? auditTimeoutMs : readTimeoutMs, store.name),
        withTimeout(readBacklog, readTimeoutMs, backlog.broker),
      ]);
      // Without the store's answer, the previous rate is no longer valid.
      const perSecond = totals.status === 'fulfilled' ? rate.perSecond : null;
      return {
        lane,
        broker: backlog.broker,
        store: store.name,
        ...(countries && { countries }),
        totals: totals.status === 'fulfilled' ? totals.value : null,
        backlog:
          behind.status === 'fulfilled'
            ? { ...behind.value, secondsBehind: secondsBehind(behind.value.messages, perSecond) }
            : null,
        perSecond,
        errors: {
          ...(totals.status === 'rejected' && { store: errorMessage(totals.reason) }),
          ...(behind.status === 'rejected' && { broker: errorMessage(behind.reason) }),
        },
      };
    },
    async close() {
      await Promise.allSettled([backlog.close(), store.close()]);
    },
  };
}

async function withTimeout<T>(work: () => Promise<T>, timeoutMs: number, name: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${name} did not answer within ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    return await Promise.race([work(), timeout]);
  } finally {
    clearTimeout(timer);
  }
}
