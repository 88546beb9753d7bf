import { METRICS, parseMetrics, type Sample } from '@caudal/common/metrics';
import type { Fetch } from '../../load/fetch.ts';
import type { MetricsUrls } from '../../load/metrics-watch.ts';

/** Conditions of flowing work. */
export interface FilmsWatchOptions {
  /** `/metrics` of the API's processes. */
  readonly metricsUrls: MetricsUrls;
  /** Default: `fetch`. */
  readonly fetch?: Fetch;
  /** Servers that each process must have taken in. */
  readonly servers: readonly string[];
  /** Whether questions are being asked: without load, counts do not change. */
  readonly isLoaded: () => boolean;
}

const TIMEOUT_MS = 2_000;

/**
 * Begins to watch whether every process of the API sends reads to all servers again, and gets answers.
 * @returns a function that returns why not, undefined if so
 */
export function watchFilms(options: FilmsWatchOptions): () => Promise<string | undefined> {
  const { servers, isLoaded } = options;
  let first: number | undefined;
  return async () => {
    const urls = await options.metricsUrls();
    const processes = await Promise.all(urls.map((url) => readSamples(url, options.fetch ?? fetch)));
    if (processes.includes(undefined)) return 'a process of the API does not answer';
    const out = processes.flatMap((samples = []) =>
      servers.filter((server) => sumOf(samples, METRICS.filmReplicaIn.name, { server }) !== 1),
    );
    const [left] = out;
    if (left !== undefined) return `${left} is left out`;
    const answered = processes.reduce(
      (sum, samples = []) => sum + sumOf(samples, METRICS.filmRequests.name, { status: '200' }),
      0,
    );
    // A process that was killed counts from the beginning.
    first = Math.min(first ?? answered, answered);
    return isLoaded() && answered <= first ? 'no question was answered' : undefined;
  };
}

async function readSamples(url: string, fetchText: Fetch): Promise<readonly Sample[] | undefined> {
  try {
    const response = await fetchText(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    return response.ok ? parseMetrics(await response.text()) : undefined;
  } catch {
    return undefined;
  }
}

function sumOf(samples: readonly Sample[], name: string, labels: Readonly<Record<string, string>>): number {
  return samples
    .filter(
      (sample) =>
        sample.name === name && Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
    )
    .reduce((sum, { value }) => sum + value, 0);
}
