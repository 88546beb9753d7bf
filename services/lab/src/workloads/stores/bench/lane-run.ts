import type { StoreName } from '@caudal/common/stores';
import type { ServerAddresses } from '../../../../../../tools/servers/servers.ts';
import { uniqueName, type Variables } from '../../../bench/program.ts';
import { DEFAULT_FETCH_BYTES, PARTITIONS } from '../../messages/bench/bed.ts';

/** Environment of a program that reads a topic from its start into a store: a group and a key prefix of its own. */
export function laneRun(
  addresses: ServerAddresses,
  {
    store,
    topic,
    messages,
  }: { readonly store: StoreName; readonly topic: string; readonly messages: number },
): Variables & { readonly STORE_URL: string; readonly STORE_KEY_PREFIX: string } {
  return {
    OPERATIONS_PORT: '0',
    OPERATIONS_HOST: '127.0.0.1',
    LOG_LEVEL: 'warn',
    LANE: `kafka-${store}`,
    LANE_BROKER: 'kafka',
    LANE_STORE: store,
    STORE_URL: addresses[store].url,
    STORE_KEY_PREFIX: `${uniqueName('bench')}:`,
    STORE_COMMAND_TIMEOUT_MS: '30000',
    KAFKA_BROKERS: addresses.kafka.brokers,
    KAFKA_TOPIC: topic,
    KAFKA_DEAD_LETTER_TOPIC: `${topic}.dead`,
    KAFKA_GROUP: uniqueName('group'),
    KAFKA_PARTITIONS: String(PARTITIONS),
    KAFKA_MAX_BYTES_PER_PARTITION: String(DEFAULT_FETCH_BYTES),
    BENCH_MESSAGES: String(messages),
  };
}
