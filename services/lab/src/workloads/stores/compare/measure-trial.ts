import { setTimeout as sleep } from 'node:timers/promises';
import type { Servers } from '../../../../../../tools/servers/servers.ts';
import { measure } from '../../../bench/program.ts';
import type { Trial, Way } from '../../../experiments/compare/trial.ts';
import { readTreeUse, watchMemory } from '../../../experiments/process-tree.ts';
import { programPath } from '../../messages/bench/bed.ts';
import { laneRun } from '../bench/lane-run.ts';
import type { Contender } from './contenders.ts';

/** What is measured. */
export interface TrialOptions {
  readonly servers: Servers;
  readonly contender: Contender;
  readonly way: Way;
  readonly repetition: number;
  /** Filled topic, with at least as many messages. */
  readonly topic: string;
  readonly messages: number;
  readonly signal: AbortSignal;
}

/** Options of Node.js for the lane's program: the heap of the chart's consumers. */
const HEAP = ['--max-old-space-size=96', '--max-semi-space-size=1'];
const TIMEOUT_MS = 1_800_000;

/**
 * Reads the topic from its start into a store, under names of its own; then counts what is there and removes it. Servers are left
 * until they rest before and after, so that what they do late is measured and does not disturb the next trial.
 */
export async function measureTrial(options: TrialOptions): Promise<Trial> {
  const { servers, contender, way, repetition, topic, messages, signal } = options;
  const variables = laneRun(servers.addresses, { store: contender.name, topic, messages });
  const place = { url: variables.STORE_URL, keyPrefix: variables.STORE_KEY_PREFIX };
  const program =
    way === 'lane'
      ? programPath('caudal-consumer')
      : `services/lab/src/workloads/stores/bench/programs/${contender.naiveProgram}.ts`;
  const pid = servers.pid(contender.name);
  if (pid === undefined) throw new Error(`${contender.name} does not run`);
  await untilAtRest(pid, signal);
  const kept = await contender.keptBytes(place);
  const before = readTreeUse(pid);
  const memory = watchMemory(pid);
  try {
    const result = await measure(program, variables, way === 'lane' ? HEAP : [], TIMEOUT_MS);
    signal.throwIfAborted();
    await untilAtRest(pid, signal);
    const peakBytes = memory.stop();
    const after = readTreeUse(pid);
    const keptBytes = way === 'lane' ? (await contender.keptBytes(place)) - kept : Number.NaN;
    const left = await (way === 'lane' ? contender.left(place) : contender.leftNaively(place));
    return {
      contender: contender.name,
      way,
      repetition,
      messages,
      seconds: result.milliseconds / 1_000,
      batches: result.batches,
      ...left,
      server: {
        cpuSeconds: after.cpuSeconds - before.cpuSeconds,
        writtenBytes: after.writtenBytes - before.writtenBytes,
        peakBytes,
      },
      client: { cpuSeconds: result.cpuMicroseconds / 1e6, peakBytes: result.peakRssBytes },
      keptBytes,
    };
  } finally {
    memory.stop();
    await contender.clean(place);
  }
}

const REST_MS = 500;
/** Share of a core that counts as rest: garbage collection, statistics, heartbeats. */
const REST_SHARE = 0.1;
const MAX_RESTLESS = 40;

/** Waits until a server uses next to no CPU time, 20 s at most: a checkpoint in the background may take longer. */
async function untilAtRest(pid: number, signal: AbortSignal): Promise<void> {
  for (let reading = 0; reading < MAX_RESTLESS; reading += 1) {
    const { cpuSeconds } = readTreeUse(pid);
    await sleep(REST_MS, undefined, { signal });
    if (readTreeUse(pid).cpuSeconds - cpuSeconds <= REST_SHARE * (REST_MS / 1_000)) return;
  }
}
