import { AppError, errorMessage } from '../../errors.ts';
import type { KafkaSettings } from '../settings.ts';

/** The protocol's answers to records that the broker will never take as they are. */
export const REFUSALS: readonly string[] = ['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE', 'INVALID_RECORD'];

/** A driver's error as `BROKER_UNAVAILABLE` (retriable); an AppError stays what it is. */
export function kafkaError(error: unknown, settings: KafkaSettings): AppError {
  if (error instanceof AppError) return error;
  const message = `Kafka at ${settings.brokers.join(',')}: ${errorMessage(error)}`;
  return new AppError('BROKER_UNAVAILABLE', message, { retriable: true, cause: error });
}

/** The error of a call that took longer than it may. */
export function kafkaTimeout(what: string, settings: KafkaSettings): AppError {
  const message = `Kafka at ${settings.brokers.join(',')} did not ${what} within ${settings.requestTimeoutMs} ms`;
  return new AppError('BROKER_TIMEOUT', message, { retriable: true });
}
