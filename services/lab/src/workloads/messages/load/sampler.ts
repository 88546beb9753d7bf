import { METRICS } from '@caudal/common/metrics';
import { percentile } from '../../../load/histogram.ts';
import type { Increases, MetricsWatch } from '../../../load/metrics-watch.ts';
import type { ConsoleClient } from './console-client.ts';

/** State of all lanes at one time in a run. */
export interface RunSample {
  /** When the sample was taken, ms since the epoch. */
  readonly atMs: number;
  /** Seconds since the first sample. */
  readonly atSeconds: number;
  readonly lanes: Readonly<Record<string, LaneSample>>;
}

/** One lane in a sample; null is unknown. */
export interface LaneSample {
  readonly total: number | null;
  readonly backlog: number | null;
  readonly consumers: number | null;
  /** End-to-end latency of messages stored since the previous sample, seconds. */
  readonly p50Seconds: number | null;
  readonly p99Seconds: number | null;
}

/** A running sampler. */
export interface Sampler {
  readonly samples: readonly RunSample[];
  /** Takes a last sample and stops. */
  stop(): Promise<void>;
}

/** Reads console and consumers each `intervalMs`; a reading that fails leaves a gap. */
export function startSampler(options: {
  readonly client: ConsoleClient;
  readonly watch: MetricsWatch;
  readonly intervalMs: number;
  readonly onSample?: (sample: RunSample, increases: Increases) => void;
}): Sampler {
  const { client, watch, intervalMs, onSample } = options;
  const samples: RunSample[] = [];
  const startedAt = performance.now();
  let stopped = false;
  let wake: () => void = () => undefined;

  async function take(): Promise<void> {
    const atMs = Date.now();
    const atSeconds = Math.round((performance.now() - startedAt) / 10) / 100;
    const [reports, increases] = await Promise.all([client.lanes().catch(() => []), watch.scrape()]);
    const lanes = Object.fromEntries(
      reports.map(({ lane, totals, backlog }) => {
        const buckets = increases.buckets(METRICS.endToEndSeconds.name, { lane });
        return [
          lane,
          {
            total: totals?.total ?? null,
            backlog: backlog?.messages ?? null,
            consumers: backlog?.consumers ?? null,
            p50Seconds: percentile(buckets, 0.5),
            p99Seconds: percentile(buckets, 0.99),
          },
        ];
      }),
    );
    const sample = { atMs, atSeconds, lanes };
    samples.push(sample);
    onSample?.(sample, increases);
  }

  async function run(): Promise<void> {
    while (!stopped) {
      const nextAt = performance.now() + intervalMs;
      await take();
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.max(0, nextAt - performance.now()));
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
        if (stopped) wake();
      });
    }
    await take();
  }

  const running = run();
  return {
    samples,
    async stop() {
      stopped = true;
      wake();
      await running;
    },
  };
}
