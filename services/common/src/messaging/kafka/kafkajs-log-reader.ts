import type { Kafka } from 'kafkajs';
import type { Logger } from '../../logging.ts';
import { createKafkajsClient, type KafkajsClient } from './kafkajs-client.ts';
import type { LogBounds } from './log-position.ts';
import type { LogReader } from './placer.ts';
import type { KafkaSettings } from './settings.ts';

const MAX_WAIT_MS = 500;
const MAX_BYTES = 10_485_760;
/** A broker returns at least the first record batch, whatever the limit. */
const ONE_BATCH_BYTES = 1;
const READ_COMMITTED = 1;

/** The parts of kafkajs's internal cluster that we use: its public interface cannot read a record without a group. */
interface Cluster {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  addTargetTopic(topic: string): Promise<void>;
  findLeaderForPartitions(topic: string, partitions: readonly number[]): Record<string, number[]>;
  findBroker(options: { readonly nodeId: string }): Promise<Broker>;
  fetchTopicsOffset(
    topics: readonly {
      readonly topic: string;
      readonly fromBeginning: boolean;
      readonly partitions: readonly { readonly partition: number }[];
    }[],
  ): Promise<
    readonly { readonly partitions: readonly { readonly partition: number; readonly offset: string }[] }[]
  >;
}

interface Broker {
  fetch(request: object): Promise<{
    readonly responses: readonly {
      readonly partitions: readonly {
        readonly messages: readonly { readonly offset: string; readonly value: Buffer | null }[];
      }[];
    }[];
  }>;
}

type CreateCluster = (options: {
  readonly allowAutoTopicCreation: boolean;
  readonly metadataMaxAge: number;
  readonly isolationLevel: number;
}) => Cluster;

/** Reads the topic's log independently of the consumer, over separate connections that are closed after each use. */
export class KafkajsLogReader {
  readonly #settings: KafkaSettings;
  readonly #client: KafkajsClient;

  constructor(settings: KafkaSettings, logger: Logger) {
    this.#settings = settings;
    this.#client = createKafkajsClient(settings, logger);
  }

  /** Calls `look` with the log. */
  async read<T>(look: (log: LogReader) => Promise<T>): Promise<T> {
    const { kafka } = this.#client;
    const { topic } = this.#settings;
    let connected: Promise<Cluster> | undefined;
    const cluster = (): Promise<Cluster> => {
      connected ??= connect(kafka, topic);
      return connected;
    };
    try {
      return await look({
        bounds: async (partitions) => readBounds(await cluster(), topic, partitions),
        record: async (partition, offset) => readRecord(await cluster(), topic, partition, offset),
      });
    } finally {
      const opened = await connected?.catch(() => undefined);
      await opened?.disconnect().catch(() => undefined);
    }
  }

  /** Breaks the connections; nothing can be read afterwards. */
  end(): void {
    this.#client.end();
  }
}

async function connect(kafka: Kafka, topic: string): Promise<Cluster> {
  const cluster = createClusterOf(kafka)({
    allowAutoTopicCreation: false,
    metadataMaxAge: 60_000,
    isolationLevel: READ_COMMITTED,
  });
  await cluster.connect();
  await cluster.addTargetTopic(topic);
  return cluster;
}

function createClusterOf(kafka: Kafka): CreateCluster {
  const symbol = Object.getOwnPropertySymbols(kafka).find(
    ({ description }) => description === 'private:Kafka:createCluster',
  );
  const create: unknown = symbol && Reflect.get(kafka, symbol);
  if (typeof create !== 'function') throw new Error('kafkajs is not the version this was written for: 2.2.4');
  return create as CreateCluster;
}

async function readBounds(
  cluster: Cluster,
  topic: string,
  ids: readonly number[],
): Promise<ReadonlyMap<number, LogBounds>> {
  const partitions = ids.map((partition) => ({ partition }));
  const offsets = async (fromBeginning: boolean): Promise<ReadonlyMap<number, number>> => {
    const [answer] = await cluster.fetchTopicsOffset([{ topic, fromBeginning, partitions }]);
    return new Map(answer?.partitions.map(({ partition, offset }) => [partition, Number(offset)]));
  };
  const [low, high] = await Promise.all([offsets(true), offsets(false)]);
  return new Map(
    ids.map((id) => {
      const [first, next] = [low.get(id), high.get(id)];
      if (first === undefined || next === undefined)
        throw new Error(`${topic}:${id} has no offsets at the moment`);
      return [id, { low: first, high: next }];
    }),
  );
}

async function readRecord(
  cluster: Cluster,
  topic: string,
  partition: number,
  offset: number,
): Promise<Buffer | null | undefined> {
  const [nodeId] = Object.keys(cluster.findLeaderForPartitions(topic, [partition]));
  if (nodeId === undefined) throw new Error(`partition ${topic}:${partition} has no leader`);
  const broker = await cluster.findBroker({ nodeId });
  const { responses } = await broker.fetch({
    isolationLevel: READ_COMMITTED,
    maxWaitTime: MAX_WAIT_MS,
    minBytes: 1,
    maxBytes: MAX_BYTES,
    topics: [{ topic, partitions: [{ partition, fetchOffset: String(offset), maxBytes: ONE_BATCH_BYTES }] }],
  });
  const messages = responses[0]?.partitions[0]?.messages ?? [];
  return messages.find((message) => Number(message.offset) === offset)?.value;
}
