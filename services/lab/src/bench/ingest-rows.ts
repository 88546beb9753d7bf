import type { ServerAddresses } from '../../../../tools/servers/servers.ts';
import { measure, PARTITIONS, rate, readLine, startProgram, uniqueName } from './bed.ts';
import { median, runPairs } from './pairs.ts';
import type { Effort, Row } from './rows.ts';
import { startTarget, type Target } from './target.ts';

const CONNECTIONS = 64;
const message = { description: 'light rain along the coast, 18 degrees', country: 'ES', weather: 'rainy' };

/** Posted body, its number of messages, and whether each request has its own key. */
interface Load {
  readonly body: string;
  readonly messages: number;
  readonly isKeyed?: boolean;
}

/** Measures messages answered with 202 per second; any other answer is an error. Adds CPU time per message to `cpu`. */
async function messagesPerSecond(
  target: Target,
  load: Load,
  seconds: number,
  cpu: number[] = [],
): Promise<number> {
  const cpuBefore = target.cpuMicroseconds();
  const child = startProgram('services/lab/src/bench/programs/http-load.ts', {
    BENCH_PORT: String(target.port),
    BENCH_CONNECTIONS: String(CONNECTIONS),
    BENCH_SECONDS: String(seconds),
    BENCH_BODY: load.body,
    BENCH_KEYED: String(load.isKeyed ?? false),
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const { milliseconds, statuses } = await readLine<{
    milliseconds: number;
    statuses: Record<string, number>;
  }>(child, () => true);
  await ended;
  const others = Object.keys(statuses).filter((status) => status !== '202');
  if (others.length > 0) throw new Error(`answers other than 202 under load: ${JSON.stringify(statuses)}`);
  const messages = (statuses['202'] ?? 0) * load.messages;
  cpu.push((target.cpuMicroseconds() - cpuBefore) / messages);
  return (messages / milliseconds) * 1_000;
}

/** Compares ingest, with both brokers confirming, with an Express echo server and with the drivers alone. */
export async function ingestRows(
  addresses: ServerAddresses,
  effort: Effort,
  kafkaClient: 'kafkajs' | 'platformatic',
): Promise<Row[]> {
  const name = uniqueName('bench');
  const ingest = await startTarget('services/ingest-api/src/main.ts', {
    HTTP_HOST: '127.0.0.1',
    HTTP_PORT: '0',
    OPERATIONS_HOST: '127.0.0.1',
    OPERATIONS_PORT: '0',
    RABBITMQ_URL: addresses.rabbitmqUrl,
    RABBITMQ_QUEUE: name,
    RABBITMQ_DEAD_LETTER_QUEUE: `${name}.dead`,
    KAFKA_BROKERS: addresses.kafkaBrokers,
    KAFKA_CLIENT: kafkaClient,
    KAFKA_TOPIC: name,
    KAFKA_DEAD_LETTER_TOPIC: `${name}.dead`,
    KAFKA_PARTITIONS: String(PARTITIONS),
  });
  const echo = await startTarget('services/lab/src/bench/programs/echo-server.ts', {});
  const { pairs, httpSeconds: seconds } = effort;
  try {
    const single: Load = { body: JSON.stringify(message), messages: 1 };
    const keyed: Load = { ...single, isKeyed: true };
    const array: Load = { body: JSON.stringify(Array(100).fill(message)), messages: 100 };
    const cpu = { single: [] as number[], keyed: [] as number[], array: [] as number[] };
    const post = (kind: keyof typeof cpu, load: Load) => () =>
      messagesPerSecond(ingest, load, seconds, cpu[kind]);
    const echoSingle = () => messagesPerSecond(echo, single, seconds);
    const rows: Row[] = [
      {
        what: 'POST one message, 202 after both brokers confirmed',
        against: 'Express 5 + express.json echo, same 64 connections',
        unit: 'requests/s',
        goal: 0.5,
        result: await runPairs(pairs, post('single', single), echoSingle),
      },
      {
        what: 'POST one message with an Idempotency-Key',
        against: 'the same without a key',
        unit: 'requests/s',
        goal: 0.85,
        result: await runPairs(pairs, post('keyed', keyed), post('single', single)),
      },
      {
        what: 'POST arrays of 100, messages/s',
        against: 'amqplib and kafkajs alone, the same bodies confirmed by both brokers',
        unit: 'messages/s',
        goal: 0.9,
        result: await runPairs(pairs, post('array', array), () => rawMessagesPerSecond(addresses, seconds)),
      },
    ];
    const notes = [cpu.single, cpu.keyed, cpu.array].map(
      (each) => `${median(each).toFixed(1)} µs of CPU a message`,
    );
    return rows.map((row, index) => ({ ...row, note: notes[index] as string }));
  } finally {
    await ingest.stop();
    await echo.stop();
  }
}

/** Measures the drivers alone with both brokers. */
async function rawMessagesPerSecond(addresses: ServerAddresses, seconds: number): Promise<number> {
  return rate(
    await measure('raw-publisher', {
      RABBITMQ_URL: addresses.rabbitmqUrl,
      KAFKA_BROKERS: addresses.kafkaBrokers,
      KAFKA_PARTITIONS: String(PARTITIONS),
      BENCH_NAME: uniqueName('bench'),
      BENCH_SECONDS: String(seconds),
    }),
  );
}
