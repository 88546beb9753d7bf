import { AppError, isRetriable } from '@caudal/common/errors';
import type { ReadinessCheck } from '@caudal/common/lifecycle';
import type { Logger } from '@caudal/common/logging';
import { type ConsumerHandlers, type MessageConsumer, untilConnected } from '@caudal/common/messaging';
import type { CountStore } from '@caudal/common/stores';
import { backOff } from './back-off.ts';
import { createBatchHandler, createUnreadParker } from './handle-batch.ts';
import { KillerGuard } from './killer-guard.ts';
import type { LaneMetrics } from './metrics.ts';
import { StoreWriter } from './store-writer.ts';

/** A running consumer of a lane. */
export interface ConsumerApp {
  /** Connects to the store, then to the broker, retrying indefinitely. */
  start(): Promise<void>;
  checks(): Readonly<Record<string, ReadinessCheck>>;
}

/** Connects a broker's consumer to a store. */
export function createConsumerApp(options: {
  readonly consumer: MessageConsumer;
  readonly store: CountStore;
  readonly metrics: LaneMetrics;
  readonly logger: Logger;
  readonly maxMessages: number;
  /** The only countries whose messages are stored; undefined: all. */
  readonly countries?: readonly string[] | undefined;
  readonly stopping: AbortSignal;
  /** Called for an unrecoverable error: the process should exit and be restarted. */
  readonly onFatal: (error: unknown) => void;
}): ConsumerApp {
  const { consumer, store, metrics, logger, maxMessages, stopping, onFatal } = options;
  const writer = new StoreWriter({ store, metrics, logger, maxMessages, stopping });
  const guard = new KillerGuard({
    handlers: {
      handle: createBatchHandler(writer, metrics, options.countries),
      parkUnread: createUnreadParker(writer, metrics),
    },
    store,
    logger,
  });

  store.onReconnected(() => consumer.reposition?.());

  return {
    async start() {
      await store.connect();
      const handlers: ConsumerHandlers = {
        handle: (batch, signal) => guard.handle(batch, signal),
        async positions(sources, signal) {
          const states = await persist(signal, () => store.logStates(sources));
          guard.assigned(states);
          return states;
        },
        onLogEvent: (event) => metrics.logEvent(event),
        onFatal,
      };
      await untilConnected(() => consumer.start(handlers), { name: consumer.broker, logger, stopping });
    },
    checks: () => ({
      [consumer.broker]: consumer.isReady() ? { ok: true } : { ok: false, detail: 'not connected' },
      [store.name]:
        store.isReady() && writer.pausedBy === undefined
          ? { ok: true }
          : { ok: false, detail: writer.pausedBy ?? store.unreadyReason?.() ?? 'not connected' },
    }),
  };
}

/** Retries an operation until it succeeds, fails with a permanent error, or the service stops. */
async function persist<T>(stopping: AbortSignal, action: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await action();
    } catch (error) {
      if (!isRetriable(error)) throw error;
      if (stopping.aborted) throw new AppError('STOPPING', 'stopping', { cause: error });
      await backOff(attempt, stopping);
    }
  }
}
