import type { ServerAddresses } from '../../../../../../tools/servers/servers.ts';
import { median, runPairs } from '../../../bench/pairs.ts';
import { rate, uniqueName, type Variables } from '../../../bench/program.ts';
import type { Measurement } from '../../../bench/programs/meter.ts';
import type { Figure, Row } from '../../../bench/rows.ts';
import {
  DEFAULT_FETCH_BYTES,
  fill,
  type IdentityKind,
  kafkaBroker,
  makeBodies,
  measureProgram,
  PARTITIONS,
  PREFETCH,
  rabbitmqBroker,
} from './bed.ts';
import type { Effort } from './effort.ts';

/** Approximate overhead of a record in a Kafka batch, bytes. */
const RECORD_BYTES = 10;

const OPERATIONS: Variables = { OPERATIONS_PORT: '0', OPERATIONS_HOST: '127.0.0.1', LOG_LEVEL: 'warn' };

/** Environment of the Kafka → Redis programs for one run: a separate group and store keys. */
function kafkaRun(addresses: ServerAddresses, topic: string, messages: number, maxBytes: number): Variables {
  return {
    ...OPERATIONS,
    LANE: 'kafka-redis',
    LANE_BROKER: 'kafka',
    LANE_STORE: 'redis',
    STORE_URL: addresses.redis.url,
    STORE_KEY_PREFIX: `${uniqueName('bench')}:`,
    KAFKA_BROKERS: addresses.kafka.brokers,
    KAFKA_TOPIC: topic,
    KAFKA_DEAD_LETTER_TOPIC: `${topic}.dead`,
    KAFKA_GROUP: uniqueName('group'),
    KAFKA_PARTITIONS: String(PARTITIONS),
    KAFKA_MAX_BYTES_PER_PARTITION: String(maxBytes),
    BENCH_MESSAGES: String(messages),
  };
}

/** Environment of the RabbitMQ → Valkey programs for one run. */
function rabbitmqRun(addresses: ServerAddresses, queue: string, messages: number): Variables {
  return {
    ...OPERATIONS,
    LANE: 'rabbitmq-valkey',
    LANE_BROKER: 'rabbitmq',
    LANE_STORE: 'valkey',
    STORE_URL: addresses.valkey.url,
    STORE_KEY_PREFIX: `${uniqueName('bench')}:`,
    RABBITMQ_URL: addresses.rabbitmq.url,
    RABBITMQ_QUEUE: queue,
    RABBITMQ_DEAD_LETTER_QUEUE: `${queue}.dead`,
    RABBITMQ_PREFETCH: String(PREFETCH),
    BENCH_MESSAGES: String(messages),
    BENCH_ACK_EVERY: '1000',
  };
}

/** Compares the Kafka lane with the raw client, at two batch sizes, and with one message at a time. */
export async function kafkaRows(addresses: ServerAddresses, effort: Effort): Promise<Row[]> {
  const topic = uniqueName('bench');
  const bodies = makeBodies(effort.messages);
  await fill(kafkaBroker(addresses, topic), bodies, 1_000);
  const bytesPerMessage = bodies.reduce((sum, body) => sum + body.length, 0) / bodies.length + RECORD_BYTES;
  const rows: Row[] = [];
  for (const [batch, goal] of [
    [1_000, 0.75],
    [100, 0.6],
  ] as const) {
    const maxBytes = Math.round(batch * bytesPerMessage);
    // Small batches need messages produced in small sends: Kafka returns whole sends.
    const source = batch === 1_000 ? topic : uniqueName('bench');
    if (source !== topic) await fill(kafkaBroker(addresses, source), bodies, batch);
    const sizes: number[] = [];
    const run = (program: string) => async () => {
      const result = await measureProgram(program, kafkaRun(addresses, source, effort.messages, maxBytes));
      sizes.push(result.messages / result.batches);
      return rate(result);
    };
    rows.push({
      what: `Kafka → Redis consumer, everything on, batches of ~${batch}`,
      against: 'kafkajs eachBatch that parses and counts',
      unit: 'messages/s',
      goal,
      result: await runPairs(effort.pairs, run('caudal-consumer'), run('kafkajs-parse-and-count')),
      note: `${Math.round(median(sizes))} messages a batch`,
    });
  }
  const slow = uniqueName('bench');
  await fill(kafkaBroker(addresses, slow), bodies.slice(0, effort.slowMessages), 1_000);
  rows.push({
    what: 'Kafka → Redis consumer, everything on',
    against: 'kafkajs eachMessage with two awaited commands',
    unit: 'messages/s',
    goal: 30,
    result: await runPairs(
      Math.min(effort.pairs, 3),
      async () =>
        rate(await measureProgram('caudal-consumer', kafkaRun(addresses, topic, effort.messages, 1_048_576))),
      async () =>
        rate(
          await measureProgram(
            'kafkajs-one-by-one',
            kafkaRun(addresses, slow, effort.slowMessages, 1_048_576),
          ),
        ),
    ),
  });
  return rows;
}

/** Compares the RabbitMQ lane with the raw client and with one message at a time; each run has its own queue. */
export async function rabbitmqRows(addresses: ServerAddresses, effort: Effort): Promise<Row[]> {
  const run = (program: string, messages: number, identity?: IdentityKind) => async () => {
    const queue = uniqueName('bench');
    await fill(rabbitmqBroker(addresses, queue), makeBodies(messages, identity), 500);
    return rate(await measureProgram(program, rabbitmqRun(addresses, queue, messages)));
  };
  return [
    {
      what: 'RabbitMQ → Valkey consumer, everything on',
      against: 'amqplib count loop, same prefetch, quorum queue',
      unit: 'messages/s',
      goal: 0.5,
      result: await runPairs(
        effort.pairs,
        run('caudal-consumer', effort.messages),
        run('amqplib-count', effort.messages),
      ),
    },
    {
      what: 'RabbitMQ → Valkey consumer, an Idempotency-Key a message',
      against: 'the same without keys',
      unit: 'messages/s',
      goal: 0.3,
      result: await runPairs(
        Math.min(effort.pairs, 3),
        run('caudal-consumer', effort.messages, 'key'),
        run('caudal-consumer', effort.messages),
      ),
    },
    {
      what: 'RabbitMQ → Valkey consumer, everything on',
      against: 'prefetch 1, acknowledge each, two awaited commands',
      unit: 'messages/s',
      goal: 40,
      result: await runPairs(
        Math.min(effort.pairs, 3),
        run('caudal-consumer', effort.messages),
        run('amqplib-one-by-one', effort.slowMessages),
      ),
    },
  ];
}

/** The heap limits that Node.js has in the chart's containers for consumers, 192 MiB. */
const POD_HEAP = ['--max-old-space-size=96', '--max-semi-space-size=1'];

/** Largest resident set of a consumer by backlog, and its spread, with the settings of the chart's pods. */
export async function memoryFigures(addresses: ServerAddresses, effort: Effort): Promise<Figure[]> {
  const MIB = 2 ** 20;
  const lanes: readonly [lane: string, run: (backlog: number) => Promise<Measurement>][] = [
    [
      'Kafka → Redis',
      async (backlog) => {
        const topic = uniqueName('bench');
        await fill(kafkaBroker(addresses, topic), makeBodies(backlog), 1_000);
        return measureProgram(
          'caudal-consumer',
          kafkaRun(addresses, topic, backlog, DEFAULT_FETCH_BYTES),
          POD_HEAP,
        );
      },
    ],
    [
      'RabbitMQ → Valkey',
      async (backlog) => {
        const queue = uniqueName('bench');
        await fill(rabbitmqBroker(addresses, queue), makeBodies(backlog), 500);
        return measureProgram('caudal-consumer', rabbitmqRun(addresses, queue, backlog), POD_HEAP);
      },
    ],
  ];
  const figures: Figure[] = [];
  for (const [lane, run] of lanes) {
    const peaks: number[] = [];
    for (const backlog of effort.backlogs) peaks.push((await run(backlog)).peakRssBytes / MIB);
    const spread = Math.max(...peaks) - Math.min(...peaks);
    figures.push({
      what: `${lane} consumer, spread of peak RSS at backlogs of ${effort.backlogs.map((n) => n.toLocaleString('en')).join(', ')}`,
      value: spread,
      unit: 'MiB',
      goal: '≤ 32',
      isMet: spread <= 32,
      note: `peaks ${peaks.map((peak) => peak.toFixed(0)).join(', ')} MiB`,
    });
  }
  return figures;
}
