import { AppError, errorMessage } from '../../errors.ts';
import type { KafkaSettings } from './settings.ts';

/** Protocol errors for records that the broker will never accept unchanged. */
export const REFUSALS: readonly string[] = ['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE', 'INVALID_RECORD'];

/** Wraps a driver's error as `BROKER_UNAVAILABLE` (retriable); returns an AppError unchanged. */
export function kafkaError(error: unknown, settings: KafkaSettings): AppError {
  if (error instanceof AppError) return error;
  const message = `Kafka at ${settings.brokers.join(',')}: ${errorMessage(error)}`;
  return new AppError('BROKER_UNAVAILABLE', message, { retriable: true, cause: error });
}

/** Creates the error of a call that timed out. */
export function kafkaTimeout(what: string, settings: KafkaSettings): AppError {
  const message = `Kafka at ${settings.brokers.join(',')} did not ${what} within ${settings.requestTimeoutMs} ms`;
  return new AppError('BROKER_TIMEOUT', message, { retriable: true });
}
