import { setTimeout as sleep } from 'node:timers/promises';

/** How long answers took, ms. */
export interface Times {
  readonly asked: number;
  readonly p50: number;
  readonly p99: number;
}

/** What is asked, how often, and for how long. */
export interface AskOptions {
  readonly paths: readonly string[];
  readonly perSecond: number;
  readonly seconds: number;
  readonly signal: AbortSignal;
}

/**
 * Asks at a rate, whether or not there are answers yet, so that one that waits for others counts with its wait.
 * @throws Error for an answer that is not 200
 */
export async function askAtRate(
  baseUrl: string,
  { paths, perSecond, seconds, signal }: AskOptions,
): Promise<Times> {
  const times: number[] = [];
  const ask = async (path: string, dueMs: number): Promise<void> => {
    const response = await fetch(`${baseUrl}${path}`);
    await response.arrayBuffer();
    if (response.status !== 200) throw new Error(`${path}: answered ${response.status}`);
    times.push(performance.now() - dueMs);
  };
  const startedAt = performance.now();
  const asks: Promise<void>[] = [];
  for (let n = 0; n < perSecond * seconds; n += 1) {
    const dueMs = startedAt + (n * 1_000) / perSecond;
    const waitMs = dueMs - performance.now();
    if (waitMs > 1) await sleep(waitMs, undefined, { signal });
    const asking = ask(paths[n % paths.length] ?? '/films', dueMs);
    // Awaited below; the rejection must not be unhandled until then.
    asking.catch(() => undefined);
    asks.push(asking);
  }
  await Promise.all(asks);
  times.sort((a, b) => a - b);
  const at = (share: number): number =>
    times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
  return { asked: times.length, p50: at(0.5), p99: at(0.99) };
}
