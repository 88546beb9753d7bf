import type { ServerAddresses } from '../../../../tools/servers/servers.ts';
import { PARTITIONS, readLine, startProgram, uniqueName, type Variables } from './bed.ts';
import { runPairs } from './pairs.ts';
import type { Effort, Row } from './rows.ts';

const CONNECTIONS = 64;
const message = { description: 'light rain along the coast, 18 degrees', country: 'ES', weather: 'rainy' };

/** A server under load, by its port. */
interface Target {
  readonly port: number;
  stop(): Promise<void>;
}

async function startTarget(path: string, variables: Variables): Promise<Target> {
  const child = startProgram(path, variables);
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const { port } = await readLine<{ port: number }>(child, (line) => typeof line.port === 'number');
  child.stdout?.resume();
  return {
    port,
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** Requests answered with 202 per second; anything else ends the bench. */
async function requestsPerSecond(target: Target, body: string, seconds: number): Promise<number> {
  const child = startProgram('services/lab/src/bench/programs/http-load.ts', {
    BENCH_PORT: String(target.port),
    BENCH_CONNECTIONS: String(CONNECTIONS),
    BENCH_SECONDS: String(seconds),
    BENCH_BODY: body,
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const { milliseconds, statuses } = await readLine<{
    milliseconds: number;
    statuses: Record<string, number>;
  }>(child, () => true);
  await ended;
  const others = Object.keys(statuses).filter((status) => status !== '202');
  if (others.length > 0) throw new Error(`answers other than 202 under load: ${JSON.stringify(statuses)}`);
  return ((statuses['202'] ?? 0) / milliseconds) * 1_000;
}

/** The door, both brokers confirming, against Express that echoes. */
export async function ingestRows(addresses: ServerAddresses, effort: Effort): Promise<Row[]> {
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
    KAFKA_TOPIC: name,
    KAFKA_DEAD_LETTER_TOPIC: `${name}.dead`,
    KAFKA_PARTITIONS: String(PARTITIONS),
  });
  const echo = await startTarget('services/lab/src/bench/programs/echo-server.ts', {});
  try {
    const single = JSON.stringify(message);
    const array = JSON.stringify(Array(100).fill(message));
    const load = (target: Target, body: string, messages: number) => async () =>
      (await requestsPerSecond(target, body, effort.httpSeconds)) * messages;
    return [
      {
        what: 'POST one message, 202 after both brokers confirmed',
        against: 'Express 5 + express.json echo, same 64 connections',
        unit: 'requests/s',
        goal: 0.55,
        result: await runPairs(effort.pairs, load(ingest, single, 1), load(echo, single, 1)),
      },
      {
        what: 'POST arrays of 100, messages/s',
        against: 'the same echo of one message, requests/s',
        unit: 'messages/s',
        goal: 3,
        result: await runPairs(effort.pairs, load(ingest, array, 100), load(echo, single, 1)),
      },
    ];
  } finally {
    await ingest.stop();
    await echo.stop();
  }
}
