import { METRICS, parseMetrics, type Sample } from '@caudal/common/metrics';
import type { Fetch } from './fetch.ts';
import { type Buckets, fromCumulative, mergeBuckets } from './histogram.ts';

/** Increases of counters between two scrapes, summed over all processes. */
export interface Increases {
  /** Increase of a counter, over all series whose labels match. */
  counter(name: string, labels?: Readonly<Record<string, string>>): number;
  /** Observations of a histogram since then, over all series whose labels match. */
  buckets(name: string, labels: Readonly<Record<string, string>>): Buckets;
}

/** `/metrics` URLs, listed before every scrape: processes start and stop. */
export type MetricsUrls = () => readonly string[] | Promise<readonly string[]>;

interface ProcessState {
  readonly startedAt: number;
  readonly values: ReadonlyMap<string, number>;
}

const START_TIME = 'process_start_time_seconds';
const SCRAPE_TIMEOUT_MS = 3_000;
/** Series to follow: counters and histogram buckets of the product. */
const FOLLOWED = new Set<string>(
  Object.values(METRICS).flatMap(({ name }) => (name.endsWith('_total') ? [name] : [`${name}_bucket`])),
);

/**
 * Follows counters across restarts by adding up increases between scrapes. Counts between the last scrape of a process
 * and its end are lost.
 */
export class MetricsWatch {
  readonly #urls: MetricsUrls;
  readonly #fetch: Fetch;
  readonly #processes = new Map<string, ProcessState>();
  readonly #totals = new Map<string, { readonly sample: Sample; value: number }>();
  #isFirst = true;

  constructor(urls: MetricsUrls, fetchText: Fetch = fetch) {
    this.#urls = urls;
    this.#fetch = fetchText;
  }

  /** Scrapes all processes; counts before the first scrape are ignored, and so are processes that do not answer. */
  async scrape(): Promise<Increases> {
    const since = new Map<string, { readonly sample: Sample; value: number }>();
    const isBaseline = this.#isFirst;
    this.#isFirst = false;
    // No data without the list of processes.
    const urls = await Promise.resolve(this.#urls()).catch(() => []);
    await Promise.all(
      urls.map(async (url) => {
        const samples = await readSamples(url, this.#fetch);
        if (samples !== undefined) this.#add(url, samples, since, isBaseline);
      }),
    );
    return increasesOf(since);
  }

  /** Everything since the first scrape. */
  total(): Increases {
    return increasesOf(this.#totals);
  }

  #add(
    url: string,
    samples: readonly Sample[],
    since: Map<string, { readonly sample: Sample; value: number }>,
    isBaseline: boolean,
  ): void {
    const startedAt = samples.find(({ name }) => name === START_TIME)?.value ?? 0;
    const known = this.#processes.get(url);
    const isSame = known !== undefined && known.startedAt === startedAt;
    const values = new Map<string, number>();
    for (const sample of samples) {
      if (!FOLLOWED.has(sample.name)) continue;
      const key = `${sample.name}${JSON.stringify(sample.labels)}`;
      values.set(key, sample.value);
      const increase = isBaseline ? 0 : sample.value - (isSame ? (known.values.get(key) ?? 0) : 0);
      for (const target of [since, this.#totals]) {
        const entry = target.get(key) ?? { sample, value: 0 };
        entry.value += increase;
        target.set(key, entry);
      }
    }
    this.#processes.set(url, { startedAt, values });
  }
}

async function readSamples(url: string, fetchText: Fetch): Promise<Sample[] | undefined> {
  try {
    const response = await fetchText(url, { signal: AbortSignal.timeout(SCRAPE_TIMEOUT_MS) });
    return response.ok ? parseMetrics(await response.text()) : undefined;
  } catch {
    return undefined;
  }
}

function increasesOf(entries: ReadonlyMap<string, { readonly sample: Sample; value: number }>): Increases {
  const matching = (name: string, labels: Readonly<Record<string, string>>) =>
    [...entries.values()].filter(
      ({ sample }) =>
        sample.name === name && Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
    );
  return {
    counter: (name, labels = {}) => matching(name, labels).reduce((sum, { value }) => sum + value, 0),
    buckets(name, labels) {
      const cumulative = mergeBuckets(
        matching(`${name}_bucket`, labels).map(
          ({ sample, value }) => new Map([[boundOf(sample.labels.le), value]]),
        ),
      );
      return fromCumulative(cumulative);
    },
  };
}

function boundOf(text: string | undefined): number {
  return text === undefined || text === '+Inf' ? Number.POSITIVE_INFINITY : Number(text);
}
