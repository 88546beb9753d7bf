import { createInterface } from 'node:readline';
import { Redis } from 'ioredis';
import { Kafka, logLevel } from 'kafkajs';
import type { ServerAddresses } from '../../../../../../tools/servers/servers.ts';
import { measure, rate, startProgram, uniqueName, type Variables } from '../../../bench/program.ts';
import type { Measurement } from '../../../bench/programs/meter.ts';
import { startTarget, type Target } from '../../../bench/target.ts';
import type { ExperimentContext, Findings } from '../../../experiments/experiment.ts';
import { readTreeUse, watchMemory } from '../../../experiments/process-tree.ts';
import { formatCount } from '../../../report/text-table.ts';
import {
  DEFAULT_FETCH_BYTES,
  fill,
  kafkaBroker,
  makeBodies,
  PARTITIONS,
  programPath,
  QUIET,
} from '../../messages/bench/bed.ts';
import { judgeReplay, type Replay, renderReplay } from './judge-replay.ts';
import type { ReplayResult } from './replay-tally.ts';

const VIEWER = 'services/lab/src/workloads/live/bench/programs/read-live.ts';
const TIMEOUT_MS = 600_000;

/** Stores messages in Kafka without a reader; then a viewer of the live tail reads them, in turn with a client that only parses. */
export async function runReplay(
  { messages, repetitions }: { readonly messages: number; readonly repetitions: number },
  { servers, versions, say, signal }: ExperimentContext,
): Promise<Findings> {
  const { addresses } = servers;
  const topic = uniqueName('replay');
  say(`storing ${formatCount(messages)} messages in Kafka, without a reader …`);
  await fill(kafkaBroker(addresses, topic), makeBodies(messages), 1_000);
  const console = await startTarget('services/console/src/main.ts', consoleVariables(addresses, topic));
  const replays: Replay[] = [];
  const reference: number[] = [];
  try {
    // One more, not counted: the first is cold.
    for (let repetition = 0; repetition <= repetitions; repetition += 1) {
      signal.throwIfAborted();
      const replay = await replayOnce(console, addresses, messages);
      const parsed = rate(
        await measure(programPath('kafkajs-parse-and-count'), readerVariables(addresses, topic, messages)),
      );
      if (repetition === 0) continue;
      replays.push(replay);
      reference.push(parsed);
      say(
        `${repetition}/${repetitions} live tail ${formatCount(Math.round(messages / replay.seconds))} messages/s, parsing alone ${formatCount(Math.round(parsed))}`,
      );
    }
  } finally {
    await console.stop();
  }
  const trials = { sent: messages, replays, reference };
  const verdict = judgeReplay(trials);
  return {
    passed: verdict.passed,
    figures: { verdict, ...trials },
    markdown: renderReplay(trials, verdict, [
      ['messages', `${formatCount(messages)}, in ${PARTITIONS} partitions, stored before the clock starts`],
      [
        'repetitions',
        `${repetitions}, in turn with the client that only parses, after one that is not counted`,
      ],
      ['clock', 'from the first byte to the last message'],
      ['viewer', 'one, from=earliest, over HTTP on this machine; parses every event'],
      ['Kafka', `${versions.kafka ?? ''}, acks -1, one broker`],
    ]),
  };
}

function consoleVariables(addresses: ServerAddresses, topic: string): Variables {
  const lane = { name: 'kafka-redis', broker: 'kafka', store: 'redis', storeUrl: addresses.redis.url };
  return {
    ...QUIET,
    HTTP_HOST: '127.0.0.1',
    HTTP_PORT: '0',
    OPERATIONS_HOST: '127.0.0.1',
    OPERATIONS_PORT: '0',
    LANES: JSON.stringify([lane]),
    LIVE: 'on',
    KAFKA_BROKERS: addresses.kafka.brokers,
    KAFKA_TOPIC: topic,
    KAFKA_DEAD_LETTER_TOPIC: `${topic}.dead`,
  };
}

function readerVariables(addresses: ServerAddresses, topic: string, messages: number): Variables {
  return {
    ...QUIET,
    KAFKA_BROKERS: addresses.kafka.brokers,
    KAFKA_TOPIC: topic,
    KAFKA_GROUP: uniqueName('group'),
    KAFKA_PARTITIONS: String(PARTITIONS),
    KAFKA_MAX_BYTES_PER_PARTITION: String(DEFAULT_FETCH_BYTES),
    BENCH_MESSAGES: String(messages),
  };
}

async function replayOnce(console: Target, addresses: ServerAddresses, messages: number): Promise<Replay> {
  if (console.pid === undefined) throw new Error('the console does not run');
  const traces = await readTraces(addresses);
  const before = readTreeUse(console.pid);
  const memory = watchMemory(console.pid);
  const { measurement, tally } = await view(
    `http://127.0.0.1:${console.port}/api/live?from=earliest`,
    messages,
  );
  const peakBytes = memory.stop();
  const after = readTreeUse(console.pid);
  const left = await readTraces(addresses);
  return {
    ...tally,
    seconds: measurement.milliseconds / 1_000,
    console: { cpuSeconds: after.cpuSeconds - before.cpuSeconds, peakBytes },
    viewer: { cpuSeconds: measurement.cpuMicroseconds / 1e6, peakBytes: measurement.peakRssBytes },
    traces: left.filter((trace) => !traces.includes(trace)),
  };
}

/** Runs the viewer; it prints its measurement, then what it got. */
async function view(
  url: string,
  messages: number,
): Promise<{ readonly measurement: Measurement; readonly tally: ReplayResult }> {
  const child = startProgram(VIEWER, { BENCH_URL: url, BENCH_MESSAGES: String(messages) });
  const timeout = setTimeout(() => child.kill('SIGKILL'), TIMEOUT_MS);
  let measurement: Measurement | undefined;
  let tally: ReplayResult | undefined;
  try {
    if (child.stdout === null) throw new Error('the viewer has no standard output to read');
    for await (const text of createInterface({ input: child.stdout })) {
      const line = JSON.parse(text) as Measurement & { readonly tally?: ReplayResult };
      if (line.tally === undefined) measurement = line;
      else tally = line.tally;
    }
  } finally {
    clearTimeout(timeout);
  }
  if (measurement === undefined || tally === undefined)
    throw new Error(`the viewer exited (status ${child.exitCode}) before it had ${messages} messages`);
  return { measurement, tally };
}

/** What a reader could leave behind: consumer groups in Kafka, and keys in the store. */
async function readTraces({ kafka, redis }: ServerAddresses): Promise<readonly string[]> {
  const admin = new Kafka({ brokers: kafka.brokers.split(','), logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  const { groups } = await admin.listGroups();
  await admin.disconnect();
  const client = new Redis(redis.url);
  const keys = await client.dbsize();
  client.disconnect();
  return [
    ...groups.map(({ groupId }) => `a consumer group ${groupId} in Kafka`),
    ...(keys === 0 ? [] : [`${keys} keys in the store`]),
  ];
}
