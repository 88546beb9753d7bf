import { isRetriable } from '@caudal/common/errors';
import { createLogger } from '@caudal/common/logging';
import { type BacklogReader, createBacklogReader } from '@caudal/common/messaging';
import { eventually, uniqueName } from '@caudal/common/testing';
import type { Servers } from '../../../../tools/servers/servers.ts';
import { parseIngestConfig } from '../../src/config.ts';
import { type Program, startProgram } from './program.ts';

/** Environment of a service with a queue and a topic of its own. */
export function brokerEnvironment(
  addresses: Servers['addresses'],
  overrides: Record<string, string> = {},
): Record<string, string> {
  const name = uniqueName('ingest');
  return {
    LOG_LEVEL: 'info',
    RABBITMQ_URL: addresses.rabbitmq.url,
    RABBITMQ_QUEUE: name,
    RABBITMQ_DEAD_LETTER_QUEUE: `${name}.dead`,
    KAFKA_BROKERS: addresses.kafka.brokers,
    KAFKA_TOPIC: name,
    KAFKA_DEAD_LETTER_TOPIC: `${name}.dead`,
    KAFKA_PARTITIONS: '3',
    ...overrides,
  };
}

/** Starts the service and waits until it is connected to both brokers. */
export async function startReady(variables: Record<string, string>): Promise<Program> {
  const program = await startProgram(variables);
  await eventually(() => program.isReady(), Boolean, { what: 'ingest to be ready' });
  return program;
}

/** How many messages each broker holds. */
export async function messagesInBrokers(variables: Record<string, string>): Promise<Record<string, number>> {
  const config = parseIngestConfig(variables);
  const logger = createLogger('test', 'silent');
  const readers: BacklogReader[] = await Promise.all(
    config.brokers.map((broker) => createBacklogReader(broker, { logger })),
  );
  try {
    const held: Record<string, number> = {};
    for (const reader of readers) {
      await reader.connect();
      const sources = await reader.sources();
      held[reader.broker] = await depthOf(reader, new Map(sources.map((source) => [source, null])));
    }
    return held;
  } finally {
    await Promise.all(readers.map((reader) => reader.close()));
  }
}

/** A broker that has just come up may still refuse to be asked. */
async function depthOf(reader: BacklogReader, positions: ReadonlyMap<string, null>): Promise<number> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return (await reader.read(positions)).messages;
    } catch (error) {
      if (!isRetriable(error) || attempt === 20) throw error;
    }
  }
}
