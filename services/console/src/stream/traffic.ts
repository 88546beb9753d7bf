import type { AcceptedReading } from '@caudal/common/account';
import { errorMessage } from '@caudal/common/errors';
import { METRICS } from '@caudal/common/metrics';
import { StoreRate, WATCHED_WINDOW_MS } from '../lanes/store-rate.ts';
import type { ConsumerReport } from '../schemas.ts';
import { type Prometheus, type Sample, selectorOf } from './prometheus.ts';

/** Quantiles of a latency, seconds. */
export interface Quantiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** What Prometheus knows of ingest and the consumers. */
export interface Traffic {
  readonly accepted: AcceptedReading;
  readonly ingestPerSecond: number | undefined;
  readonly ingestSeconds: Quantiles | undefined;
  readonly laneSeconds: ReadonlyMap<string, Quantiles>;
  readonly consumers: readonly ConsumerReport[];
}

const OUTCOMES = 'outcome=~"accepted|unconfirmed"';
/** How long an ingest process that has ended stays in the sum. */
const KEPT = '7d';
/** The processes that have ended cost Prometheus a look through days: rarely, and when one has ended. */
const ENDED_EVERY_MS = 60_000;
const RATE_WINDOW = '1m';

/** All quantiles of a histogram with one question; label `q` says which. */
export function quantilesOf(
  prometheus: Pick<Prometheus, 'scope'>,
  metric: string,
  by: readonly string[],
): string {
  const series = selectorOf(prometheus, `${metric}_bucket`);
  const buckets = `sum by (${['le', ...by].join(', ')}) (rate(${series}[${RATE_WINDOW}]))`;
  return ['0.5', '0.95', '0.99']
    .map((q) => `label_replace(histogram_quantile(${q}, ${buckets}), "q", "${q}", "", "")`)
    .join(' or ');
}

const CONSUMER_METRICS = [
  METRICS.assignedSources,
  METRICS.assignedPartition,
  METRICS.inHandMessages,
  METRICS.lanePaused,
].map(({ name }) => name);
/** Questions on the consumers. */
function consumerQueries(prometheus: Pick<Prometheus, 'scope'>) {
  const stored = selectorOf(prometheus, METRICS.storedMessages.name);
  const buckets = selectorOf(prometheus, `${METRICS.endToEndSeconds.name}_bucket`);
  return {
    state: selectorOf(prometheus, '', `__name__=~"${CONSUMER_METRICS.join('|')}"`),
    rate: `sum by (lane, pod, instance) (rate(${stored}[${RATE_WINDOW}]))`,
    p95: `histogram_quantile(0.95, sum by (le, lane, pod, instance) (rate(${buckets}[${RATE_WINDOW}])))`,
  };
}

/** What was accepted by processes that have ended. */
interface Ended {
  readonly processes: number;
  readonly samples: readonly Sample[];
  readonly atMs: number;
}

/** Reads {@link Traffic}; keeps what it needs to tell rates and ended processes. */
export class TrafficReader {
  readonly #prometheus: Prometheus;
  readonly #rate = new StoreRate(WATCHED_WINDOW_MS);
  #ended: Ended | undefined;
  #instances: ReadonlySet<string> = new Set();

  constructor(prometheus: Prometheus) {
    this.#prometheus = prometheus;
  }

  /** Never rejects: what cannot be read is a reading too. */
  async read(): Promise<Traffic> {
    try {
      const [accepted, ingestSeconds, laneSeconds, consumers] = await Promise.all([
        this.#accepted(),
        readQuantiles(this.#prometheus, METRICS.ingestRequestSeconds.name, []),
        laneQuantiles(this.#prometheus),
        this.#consumers(),
      ]);
      return {
        accepted,
        ingestPerSecond: accepted.kind === 'known' ? (this.#rate.perSecond ?? undefined) : undefined,
        ingestSeconds: ingestSeconds.get(''),
        laneSeconds,
        consumers,
      };
    } catch (error) {
      return noTraffic({ kind: 'unreadable', reason: `Prometheus is unavailable: ${errorMessage(error)}` });
    }
  }

  async #accepted(): Promise<AcceptedReading> {
    const outcomes = selectorOf(this.#prometheus, METRICS.ingestMessages.name, OUTCOMES);
    const pending = selectorOf(this.#prometheus, METRICS.ingestPending.name);
    const [live, [scraped]] = await Promise.all([
      this.#prometheus.query(`sum by (instance, country, outcome) (${outcomes})`),
      // Each process exports this one from its start, the counters only with its first message.
      this.#prometheus.query(`min(timestamp(${pending}))`),
    ]);
    if (scraped === undefined) return { kind: 'unreadable', reason: 'Prometheus scrapes no ingest process' };
    const instances = new Set(live.map(({ labels }) => labels.instance ?? ''));
    const ended = await this.#readEnded(instances, outcomes);
    this.#instances = instances;
    const all = [...live, ...ended.samples];
    const accepted = sumByCountry(all, 'accepted');
    const total = Object.values(accepted).reduce((sum, count) => sum + count, 0);
    this.#rate.note(total, scraped.value * 1_000);
    return {
      kind: 'known',
      byCountry: accepted,
      unconfirmed: sumByCountry(all, 'unconfirmed'),
      asOf: Math.round(scraped.value * 1_000),
      endedProcesses: ended.processes,
    };
  }

  async #readEnded(instances: ReadonlySet<string>, outcomes: string): Promise<Ended> {
    const hasOneEnded = [...this.#instances].some((instance) => !instances.has(instance));
    const known = this.#ended;
    if (known !== undefined && !hasOneEnded && performance.now() - known.atMs < ENDED_EVERY_MS) return known;
    const samples = await this.#prometheus.query(
      `sum by (instance, country, outcome) (max_over_time(${outcomes}[${KEPT}]) unless ${outcomes})`,
    );
    const processes = new Set(samples.map(({ labels }) => labels.instance)).size;
    this.#ended = { samples, processes, atMs: performance.now() };
    return this.#ended;
  }

  async #consumers(): Promise<ConsumerReport[]> {
    const queries = consumerQueries(this.#prometheus);
    const [state, rates, p95s] = await Promise.all([
      this.#prometheus.query(queries.state),
      this.#prometheus.query(queries.rate),
      this.#prometheus.query(queries.p95),
    ]);
    const groups = Map.groupBy(state, ({ labels }) => keyOf(labels));
    const valueIn = (samples: readonly Sample[], key: string): number | undefined =>
      samples.find(({ labels, value }) => keyOf(labels) === key && Number.isFinite(value))?.value;
    return Array.from(groups, ([key, samples]): ConsumerReport => {
      const named = ({ name }: { readonly name: string }) =>
        samples.filter(({ labels }) => labels.__name__ === name);
      const partitions = named(METRICS.assignedPartition).map(({ labels }) => Number(labels.partition));
      const paused = named(METRICS.lanePaused)[0]?.value;
      const [first] = samples;
      return dropUndefined({
        lane: first?.labels.lane ?? '',
        name: first?.labels.pod ?? first?.labels.instance ?? '',
        state: paused === undefined ? 'unknown' : paused > 0 ? 'paused' : 'running',
        sources: named(METRICS.assignedSources)[0]?.value,
        partitions: partitions.length > 0 ? partitions.sort((a, b) => a - b) : undefined,
        inHand: named(METRICS.inHandMessages)[0]?.value,
        perSecond: valueIn(rates, key),
        p95Seconds: valueIn(p95s, key),
      });
    }).sort((a, b) => `${a.lane}/${a.name}`.localeCompare(`${b.lane}/${b.name}`, 'en', { numeric: true }));
  }
}

/** End-to-end latency by lane. Rejects when Prometheus does not answer. */
export function laneQuantiles(prometheus: Prometheus): Promise<Map<string, Quantiles>> {
  return readQuantiles(prometheus, METRICS.endToEndSeconds.name, ['lane']);
}

async function readQuantiles(
  prometheus: Prometheus,
  metric: string,
  by: readonly string[],
): Promise<Map<string, Quantiles>> {
  const found = new Map<string, Quantiles>();
  for (const { labels, value } of await prometheus.query(quantilesOf(prometheus, metric, by))) {
    // Without observations a quantile is not a number.
    if (!Number.isFinite(value)) continue;
    const key = by.map((label) => labels[label] ?? '').join('/');
    const before = found.get(key) ?? { p50: 0, p95: 0, p99: 0 };
    const name = labels.q === '0.5' ? 'p50' : labels.q === '0.95' ? 'p95' : 'p99';
    found.set(key, { ...before, [name]: value });
  }
  return found;
}

/** What there is to say without Prometheus. */
export function noTraffic(accepted: AcceptedReading): Traffic {
  return {
    accepted,
    ingestPerSecond: undefined,
    ingestSeconds: undefined,
    laneSeconds: new Map(),
    consumers: [],
  };
}

function keyOf({ lane = '', pod = '', instance = '' }: Readonly<Record<string, string>>): string {
  return `${lane}/${pod}/${instance}`;
}

function sumByCountry(samples: readonly Sample[], outcome: string): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { labels, value } of samples) {
    if (labels.outcome !== outcome || labels.country === undefined || value === 0) continue;
    sums[labels.country] = (sums[labels.country] ?? 0) + value;
  }
  return sums;
}

/** Leaves out members that are undefined. */
export function dropUndefined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}
