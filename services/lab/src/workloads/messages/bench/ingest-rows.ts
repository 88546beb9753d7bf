import type { ServerAddresses, Servers } from '../../../../../../tools/servers/servers.ts';
import { type CpuTimes, createCpuTimes } from '../../../bench/cpu-time.ts';
import { runPairs } from '../../../bench/pairs.ts';
import { rate, uniqueName, type Variables } from '../../../bench/program.ts';
import type { Row } from '../../../bench/rows.ts';
import { startTarget, type Target } from '../../../bench/target.ts';
import { measureProgram, PARTITIONS, programPath, QUIET } from './bed.ts';
import type { Effort } from './effort.ts';
import { type Load, runLoad } from './http-load.ts';

const CONNECTIONS = 64;
const MANY_CONNECTIONS = 256;
const MESSAGE = { description: 'light rain along the coast, 18 degrees', country: 'ES', weather: 'rainy' };
const SINGLE: Load = { body: JSON.stringify(MESSAGE), messages: 1 };
const KEYED: Load = { ...SINGLE, isKeyed: true };
const ARRAY: Load = { body: JSON.stringify(Array(100).fill(MESSAGE)), messages: 100 };

/** Compares ingest, with both brokers confirming, with an Express echo, a plain service, and the drivers alone. */
export async function ingestRows(
  servers: Pick<Servers, 'addresses' | 'pid'>,
  effort: Effort,
  kafkaClient: 'kafkajs' | 'platformatic',
): Promise<Row[]> {
  const { addresses } = servers;
  const { pairs, httpSeconds: seconds } = effort;
  const targets: Target[] = [];
  const start = async (path: string, variables: Variables): Promise<Target> => {
    const target = await startTarget(path, variables);
    targets.push(target);
    return target;
  };
  try {
    const ingest = await start('services/ingest-api/src/main.ts', ingestVariables(addresses, kafkaClient));
    const echo = await start(programPath('echo-server'), {});
    const plain = await start(programPath('plain-ingest'), {
      ...QUIET,
      RABBITMQ_URL: addresses.rabbitmq.url,
      KAFKA_BROKERS: addresses.kafka.brokers,
      BENCH_NAME: uniqueName('bench'),
    });
    const load =
      (target: Target, what: Load, connections = CONNECTIONS) =>
      async () =>
        (await runLoad(target, what, { connections, seconds })).perSecond;
    /** Loads ingest and notes the CPU time of it and of the brokers. */
    const watched =
      (cpu: CpuTimes, what: Load, connections = CONNECTIONS) =>
      async () => {
        let perSecond = 0;
        await cpu.during(async () => {
          const result = await runLoad(ingest, what, { connections, seconds });
          perSecond = result.perSecond;
          return result.messages;
        });
        return perSecond;
      };
    const row = async (
      fields: Pick<Row, 'what' | 'against' | 'unit' | 'goal'>,
      what: Load,
      reference: () => Promise<number>,
      connections?: number,
    ): Promise<Row> => {
      const cpu = createCpuTimes({
        ingest: () => ingest.pid,
        RabbitMQ: () => servers.pid('rabbitmq'),
        Kafka: () => servers.pid('kafka'),
      });
      const result = await runPairs(pairs, watched(cpu, what, connections), reference);
      const note = cpu.note();
      return { ...fields, result, ...(note !== undefined && { note }) };
    };
    return [
      await row(
        {
          what: 'POST one message, 202 after both brokers confirmed',
          against: `a plain service: Express 5, amqplib and kafkajs, both confirmed; same ${CONNECTIONS} connections`,
          unit: 'requests/s',
          goal: 1.5,
        },
        SINGLE,
        load(plain, SINGLE),
      ),
      await row(
        {
          what: 'the same',
          against: `Express 5 + express.json echo, no broker; same ${CONNECTIONS} connections`,
          unit: 'requests/s',
          goal: 0.5,
        },
        SINGLE,
        load(echo, SINGLE),
      ),
      await row(
        {
          what: `the same, ${MANY_CONNECTIONS} connections`,
          against: 'the same echo, as many connections',
          unit: 'requests/s',
          goal: 0.5,
        },
        SINGLE,
        load(echo, SINGLE, MANY_CONNECTIONS),
        MANY_CONNECTIONS,
      ),
      await row(
        {
          what: 'POST one message with an Idempotency-Key',
          against: 'the same without a key',
          unit: 'requests/s',
          goal: 0.85,
        },
        KEYED,
        load(ingest, SINGLE),
      ),
      await row(
        {
          what: 'POST arrays of 100, messages/s',
          against: 'amqplib and kafkajs alone, the same bodies confirmed by both brokers',
          unit: 'messages/s',
          goal: 0.9,
        },
        ARRAY,
        () => rawMessagesPerSecond(addresses, seconds),
      ),
    ];
  } finally {
    for (const target of targets) await target.stop();
  }
}

function ingestVariables(addresses: ServerAddresses, kafkaClient: string): Variables {
  const name = uniqueName('bench');
  return {
    ...QUIET,
    HTTP_HOST: '127.0.0.1',
    HTTP_PORT: '0',
    OPERATIONS_HOST: '127.0.0.1',
    OPERATIONS_PORT: '0',
    RABBITMQ_URL: addresses.rabbitmq.url,
    RABBITMQ_QUEUE: name,
    RABBITMQ_DEAD_LETTER_QUEUE: `${name}.dead`,
    KAFKA_BROKERS: addresses.kafka.brokers,
    KAFKA_CLIENT: kafkaClient,
    KAFKA_TOPIC: name,
    KAFKA_DEAD_LETTER_TOPIC: `${name}.dead`,
    KAFKA_PARTITIONS: String(PARTITIONS),
  };
}

/** Measures the drivers alone with both brokers. */
async function rawMessagesPerSecond(addresses: ServerAddresses, seconds: number): Promise<number> {
  return rate(
    await measureProgram('raw-publisher', {
      RABBITMQ_URL: addresses.rabbitmq.url,
      KAFKA_BROKERS: addresses.kafka.brokers,
      KAFKA_PARTITIONS: String(PARTITIONS),
      BENCH_NAME: uniqueName('bench'),
      BENCH_SECONDS: String(seconds),
    }),
  );
}
