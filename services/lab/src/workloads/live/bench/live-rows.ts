import type { ServerAddresses } from '../../../../../../tools/servers/servers.ts';
import { median, runPairs } from '../../../bench/pairs.ts';
import { measure, readLine, startProgram, uniqueName } from '../../../bench/program.ts';
import type { Figure, Row } from '../../../bench/rows.ts';
import { startTarget, type Target } from '../../../bench/target.ts';
import { PARTITIONS, QUIET } from '../../messages/bench/bed.ts';

/** Viewers, and what they are given: many messages a second for a second, after which one write an event needs many more. */
const CLIENTS = 1_000;
const FAN_OUT = { BENCH_CLIENTS: String(CLIENTS), BENCH_RATE: '400', BENCH_SECONDS: '1' };
/** A rate at which ingest is not busy: what is measured is what viewers cost it. */
const POSTS = { BENCH_RATE: '100', BENCH_SECONDS: '10' };
const MAX_RATIO = 1.5;

const ownProgram = (name: string): string => `services/lab/src/workloads/live/bench/programs/${name}.ts`;

/** Compares the live tail with one write an event, by deliveries a CPU-second. */
export async function fanOutRows(pairs: number): Promise<Row[]> {
  const perCpuSecond = (mode: string) => async () => {
    const { messages, cpuMicroseconds } = await measure(ownProgram('fan-out'), {
      ...FAN_OUT,
      BENCH_MODE: mode,
    });
    return (messages / cpuMicroseconds) * 1_000_000;
  };
  return [
    {
      what: `the live tail to ${CLIENTS} viewers, ${FAN_OUT.BENCH_RATE} messages/s`,
      against: 'one write an event to each of them, the same messages',
      unit: 'deliveries/CPU-s',
      goal: 10,
      result: await runPairs(pairs, perCpuSecond('live'), perCpuSecond('one-by-one')),
    },
  ];
}

/** Measures how much slower ingest answers while many viewers follow. */
export async function ingestFigures(addresses: ServerAddresses, pairs: number): Promise<Figure[]> {
  const targets: Target[] = [];
  const start = async (program: string, variables: Readonly<Record<string, string>>): Promise<Target> => {
    const target = await startTarget(program, { ...QUIET, ...PORTS, ...kafkaVariables, ...variables });
    targets.push(target);
    return target;
  };
  const name = uniqueName('bench');
  const kafkaVariables = {
    KAFKA_BROKERS: addresses.kafka.brokers,
    KAFKA_TOPIC: name,
    KAFKA_DEAD_LETTER_TOPIC: `${name}.dead`,
    KAFKA_PARTITIONS: String(PARTITIONS),
    KAFKAJS_NO_PARTITIONER_WARNING: '1',
  };
  try {
    const ingest = await start('services/ingest-api/src/main.ts', { BROKERS: 'kafka' });
    const lane = { name: 'kafka-redis', broker: 'kafka', store: 'redis', storeUrl: addresses.redis.url };
    const reader = await start('services/console/src/main.ts', {
      LIVE: 'on',
      LANES: JSON.stringify([{ ...lane, storeKeyPrefix: `${name}:` }]),
    });
    const p99 = async () => {
      const posts = startProgram(ownProgram('paced-posts'), { ...POSTS, BENCH_PORT: String(ingest.port) });
      return (await readLine<{ p99: number }>(posts, (line) => 'p99' in line)).p99;
    };
    const withViewers = async () => {
      const viewers = startProgram(ownProgram('viewers'), {
        BENCH_PORT: String(reader.port),
        BENCH_CLIENTS: String(CLIENTS),
        BENCH_PATH: '/api/live',
      });
      try {
        await readLine(viewers, (line: object) => 'connected' in line);
        return await p99();
      } finally {
        const ended = new Promise((resolve) => viewers.once('exit', resolve));
        viewers.kill();
        await ended;
      }
    };
    const { ours, reference, ratios } = await runPairs(pairs, withViewers, p99);
    const ms = (values: readonly number[]) => median(values).toFixed(1);
    return [
      {
        what: `p99 of POST at ${POSTS.BENCH_RATE}/s with ${CLIENTS} viewers, ÷ without`,
        value: median(ratios),
        unit: '×',
        goal: `≤ ${MAX_RATIO}`,
        isMet: median(ratios) <= MAX_RATIO,
        note: `${ms(ours)} ms against ${ms(reference)} ms; viewers and console run on the same cores`,
      },
    ];
  } finally {
    for (const target of targets) await target.stop();
  }
}

const PORTS = { HTTP_HOST: '127.0.0.1', HTTP_PORT: '0', OPERATIONS_HOST: '127.0.0.1', OPERATIONS_PORT: '0' };
