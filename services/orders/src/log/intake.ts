import type { Logger } from '@caudal/common/logging';
import { type ConsumerHandlers, type MessageConsumer, untilConnected } from '@caudal/common/messaging';
import type { Database } from '@caudal/common/postgresql';
import type { Persist } from '../database/persist.ts';
import type { OrdersSchemaName } from '../schema/rights.ts';
import { readPositions } from './positions.ts';

/** Dependencies of {@link startIntake}. */
export interface IntakeOptions {
  readonly consumer: MessageConsumer;
  readonly database: Database;
  /** Schema that has the positions. */
  readonly schema: OrdersSchemaName;
  readonly handle: ConsumerHandlers['handle'];
  readonly persist: Persist;
  readonly logger: Logger;
  readonly stopping: AbortSignal;
  /** Called for an unrecoverable error: the process should exit and be restarted. */
  readonly onFatal: (error: unknown) => void;
}

/** Starts reading a log from where the database is, and from there again whenever the database has been away; tries until it can. */
export async function startIntake(options: IntakeOptions): Promise<void> {
  const { consumer, database, schema, handle, persist, logger, stopping, onFatal } = options;
  database.onReconnected(() => consumer.reposition?.());
  const handlers: ConsumerHandlers = {
    handle,
    positions: (sources, signal) => persist(signal, () => readPositions(database, schema, sources)),
    onLogEvent: (event) => logger.error({ event }, 'the log is not as it was'),
    onFatal,
  };
  await untilConnected(() => consumer.start(handlers), { name: consumer.broker, logger, stopping });
}
