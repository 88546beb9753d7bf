import type { Account } from '@caudal/common/account';
import { METRICS } from '@caudal/common/metrics';
import { ExpectedError } from '../cli/run-command-line.ts';
import { type AccountRequest, type ConsoleClient, totalsOf } from './console-client.ts';
import type { Fetch } from './fetch.ts';
import { percentile } from './histogram.ts';
import { type Increases, type MetricsUrls, MetricsWatch } from './metrics-watch.ts';
import type { LoadAccount, LoadRun, StartLoad } from './run-k6.ts';
import { type RunSample, startSampler } from './sampler.ts';
import { waitForDrain } from './wait-for-drain.ts';

/** Seconds from accept to stored, of a lane over a run. */
export interface LaneLatency {
  readonly messages: number;
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
}

/** Everything a measured run came to. */
export interface LoadResult {
  readonly load: LoadAccount;
  /** What the account was made from; `verify` compares it again. */
  readonly request: AccountRequest;
  readonly account: Account;
  /** Why the drain was given up; absent when everything was drained. */
  readonly notDrained?: string;
  readonly latencyByLane: Readonly<Record<string, LaneLatency>>;
  /** Messages per second: accepted by the door, and stored by lane from the start of the load to its last message. */
  readonly acceptedPerSecond: number;
  readonly storedPerSecondByLane: Readonly<Record<string, number | null>>;
  readonly samples: readonly RunSample[];
  /** Counters of the services over the run. */
  readonly counters: Readonly<Record<string, number>>;
}

/** What {@link measureLoad} needs. */
export interface MeasureOptions {
  readonly client: ConsoleClient;
  /** `/metrics` of ingest-api and consumers; may change. */
  readonly metricsUrls: MetricsUrls;
  /** How those are read (by `fetch`). */
  readonly fetchMetrics?: Fetch;
  readonly startLoad: StartLoad;
  /** Ends the load early; the account still follows. */
  readonly signal?: AbortSignal | undefined;
  /** Told each second how far the run is. */
  readonly onProgress: (progress: Progress) => void;
  /** Told with each sample; for what watches the services more closely. */
  readonly onSample?: (sample: RunSample, increases: Increases) => void;
  /** Told when the load has begun. */
  readonly onLoadStarted?: (run: LoadRun) => void;
  readonly sampleIntervalMs?: number;
  /** The wait for the stores is given up when nothing moves for so long. */
  readonly stalledAfterMs?: number;
}

/** How far a run is. */
export interface Progress {
  readonly phase: 'load' | 'drain';
  readonly atSeconds: number;
  readonly accepted: number;
  /** Stored since the run began, by lane; null where it is not known. */
  readonly storedByLane: Readonly<Record<string, number | null>>;
}

const BEFORE_DEADLINE_MS = 120_000;
const DRAIN_DEADLINE_MS = 900_000;

/**
 * Runs a load, waits until the lanes have stored it, and makes the account.
 * @throws ExpectedError when the lanes are not ready for a run, or k6 gave no account.
 */
export async function measureLoad(options: MeasureOptions): Promise<LoadResult> {
  const { client, onProgress } = options;
  const stalledAfterMs = options.stalledAfterMs ?? 45_000;
  const quiet = await waitForDrain({
    client,
    stillForMs: 400,
    stalledAfterMs: 30_000,
    deadlineMs: BEFORE_DEADLINE_MS,
    signal: options.signal,
  });
  if (!quiet.drained) throw new ExpectedError(`the lanes are not ready for a load: ${quiet.reason}`);
  const before = totalsOf(await client.lanes({ identities: true }));
  const watch = new MetricsWatch(options.metricsUrls, options.fetchMetrics);
  await watch.scrape();
  const startedAt = Date.now();
  const run = await options.startLoad(options.signal);
  options.onLoadStarted?.(run);

  let phase: Progress['phase'] = 'load';
  let accepted = 0;
  const report = async (lanes: Readonly<Record<string, number | null>>): Promise<void> => {
    if (phase === 'load') {
      const counted = watch.total().counter(METRICS.ingestMessages.name, { outcome: 'accepted' });
      accepted = Math.max(accepted, counted, await run.counter('messages_accepted'));
    }
    onProgress({
      phase,
      atSeconds: (Date.now() - startedAt) / 1_000,
      accepted,
      storedByLane: Object.fromEntries(
        Object.entries(lanes).map(([lane, total]) => [
          lane,
          total === null ? null : total - (before[lane]?.total ?? 0),
        ]),
      ),
    });
  };
  const sampler = startSampler({
    client,
    watch,
    intervalMs: options.sampleIntervalMs ?? 1_000,
    onSample: (sample, increases) => {
      options.onSample?.(sample, increases);
      void report(Object.fromEntries(Object.entries(sample.lanes).map(([lane, { total }]) => [lane, total])));
    },
  });
  try {
    const load = await run.done;
    phase = 'drain';
    accepted = load.messages.accepted;
    const drain = await waitForDrain({
      client,
      expectedTotals: Object.fromEntries(
        Object.entries(before).map(([lane, { total }]) => [lane, total + load.messages.accepted]),
      ),
      // Messages of unknown outcome may still come out of a broker's queue after the others.
      stillForMs: load.messages.unknown > 0 ? 3_000 : 1_000,
      stalledAfterMs,
      deadlineMs: DRAIN_DEADLINE_MS,
    });
    await sampler.stop();
    const request: AccountRequest = { ...outcomesOf(load), before };
    const account = await client.compare(request);
    const total = watch.total();
    return {
      load,
      request,
      // Whatever the counts say at this moment: what is still under way may yet change them.
      account: drain.drained ? account : { ...account, exact: false },
      ...(drain.reason !== undefined && { notDrained: drain.reason }),
      latencyByLane: Object.fromEntries(account.lanes.map(({ lane }) => [lane, latencyOf(total, lane)])),
      acceptedPerSecond: load.messages.accepted / load.durationSeconds,
      storedPerSecondByLane: Object.fromEntries(
        account.lanes.map(({ lane, stored }) => {
          const endedAt = Math.max(drain.lastChangeAt[lane] ?? 0, Date.parse(load.startedAt) + 1);
          const seconds = Math.max((endedAt - Date.parse(load.startedAt)) / 1_000, load.durationSeconds);
          return [lane, stored / seconds];
        }),
      ),
      samples: sampler.samples,
      counters: countersOf(total),
    };
  } finally {
    await sampler.stop();
  }
}

/** Accepted and unknown messages by country. */
export function outcomesOf({ perCountry }: Pick<LoadAccount, 'perCountry'>): Omit<AccountRequest, 'before'> {
  const pick = (outcome: 'accepted' | 'unknown') =>
    Object.fromEntries(
      Object.entries(perCountry).flatMap(([country, counts]) =>
        counts[outcome] > 0 ? [[country, counts[outcome]]] : [],
      ),
    );
  return { accepted: pick('accepted'), unknown: pick('unknown') };
}

function latencyOf(total: Increases, lane: string): LaneLatency {
  const buckets = total.buckets(METRICS.endToEndSeconds.name, { lane });
  return {
    messages: [...buckets.values()].reduce((sum, count) => sum + count, 0),
    p50: percentile(buckets, 0.5),
    p95: percentile(buckets, 0.95),
    p99: percentile(buckets, 0.99),
  };
}

function countersOf(total: Increases): Record<string, number> {
  const names = [METRICS.redeliveries, METRICS.duplicates, METRICS.storeRetries, METRICS.deadLetters];
  return Object.fromEntries(names.map(({ name }) => [name, total.counter(name)]));
}
