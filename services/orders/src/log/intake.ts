import type { Logger } from '@caudal/common/logging';
import {
  type ConsumerHandlers,
  type LogState,
  type MessageConsumer,
  untilConnected,
} from '@caudal/common/messaging';
import type { Persist } from '../database/persist.ts';

/** What knows how far a log was taken in. */
export interface Positions {
  /** How far each source was taken in. */
  logStates(sources: readonly string[]): Promise<Map<string, LogState>>;
  /** Calls `listener` whenever a lost connection is restored: what was taken in may be less. */
  onReconnected(listener: () => void): void;
}

/** Dependencies of {@link startIntake}. */
export interface IntakeOptions {
  readonly consumer: MessageConsumer;
  readonly positions: Positions;
  readonly handle: ConsumerHandlers['handle'];
  readonly persist: Persist;
  readonly logger: Logger;
  readonly stopping: AbortSignal;
  /** Called for an unrecoverable error: the process should exit and be restarted. */
  readonly onFatal: (error: unknown) => void;
}

/** Starts reading a log from where the database is, and from there again whenever the database has been away; tries until it can. */
export async function startIntake(options: IntakeOptions): Promise<void> {
  const { consumer, positions, handle, persist, logger, stopping, onFatal } = options;
  positions.onReconnected(() => consumer.reposition?.());
  const handlers: ConsumerHandlers = {
    handle,
    positions: (sources, signal) => persist(signal, () => positions.logStates(sources)),
    onLogEvent: (event) => logger.error({ event }, 'the log is not as it was'),
    onFatal,
  };
  await untilConnected(() => consumer.start(handlers), { name: consumer.broker, logger, stopping });
}
