import { setTimeout as sleep } from 'node:timers/promises';
import { createLogger } from '@caudal/common/logging';
import { createRegistry } from '@caudal/common/metrics';
import type { Choice } from '@caudal/films/replicas/choice';
import { createFilmReader } from '@caudal/films/replicas/create-film-reader';
import type { FilmReader } from '@caudal/films/replicas/film-reader';
import { search } from '@caudal/films/search/search';
import { FILMS } from '@caudal/films/search/subjects';
import { openSlowLink } from './slow-link.ts';

/** A measurement of reads through the router. */
export interface RoutingRun {
  readonly primaryUrl: string;
  /** Two at least; the second is slowed. */
  readonly replicaUrls: readonly string[];
  readonly choice: Choice;
  /** Added to each reply of the second replica, ms. */
  readonly slowedByMs: number;
  readonly clients: number;
  readonly seconds: number;
}

/** Reads of one run. */
export interface RoutingResult {
  readonly perSecond: number;
  /** Of 100 reads, 99 were not slower, ms. */
  readonly p99Ms: number;
}

/** Titles that are in the committed films. */
const QUERIES = ['the godfather', 'solaris', 'blade runner', 'amelie', 'seven samurai', 'the third man'];
const READY_TIMEOUT_MS = 30_000;
const WARM_UP_MS = 1_000;

/** Searches films by exact titles, with clients that ask again as soon as they have an answer; the primary is not read. */
export async function measureRouting(run: RoutingRun): Promise<RoutingResult> {
  const { replicaUrls, slowedByMs, clients, seconds } = run;
  const links = await Promise.all(
    replicaUrls.map((url, place) => openSlowLink(url, place === 1 ? slowedByMs : 0)),
  );
  const reader = createFilmReader(
    {
      clientName: 'bench',
      primaryUrl: run.primaryUrl,
      replicaUrls: links.map(({ url }) => url),
      ca: undefined,
      poolSize: 8,
      readDeadlineMs: 10_000,
      readAttemptMs: 5_000,
      probeIntervalMs: 250,
      probeTimeoutMs: 2_000,
      maxLagMs: 5_000,
      primaryReads: 'off',
    },
    { logger: createLogger('bench', 'error'), registry: createRegistry(), choice: run.choice },
  );
  reader.start();
  try {
    await untilReady(reader);
    await readFor(reader, clients, WARM_UP_MS);
    const tookMs = (await readFor(reader, clients, seconds * 1_000)).sort((one, other) => one - other);
    return {
      perSecond: tookMs.length / seconds,
      p99Ms: tookMs[Math.floor(tookMs.length * 0.99)] ?? Number.POSITIVE_INFINITY,
    };
  } finally {
    await reader.close();
    await Promise.all(links.map((link) => link.close()));
  }
}

/** Until every replica has been probed: the slow one comes last. */
async function untilReady(reader: FilmReader): Promise<void> {
  const deadline = performance.now() + READY_TIMEOUT_MS;
  while (!reader.isReady() && performance.now() < deadline) await sleep(50);
  await sleep(WARM_UP_MS);
}

/** How long each read took that ended in time, ms. */
async function readFor(reader: FilmReader, clients: number, durationMs: number): Promise<number[]> {
  const untilMs = performance.now() + durationMs;
  const tookMs: number[] = [];
  const read = async (_: unknown, client: number): Promise<void> => {
    for (let turn = client; performance.now() < untilMs; turn += 1) {
      const sinceMs = performance.now();
      const folded = QUERIES[turn % QUERIES.length] ?? '';
      await reader.read({ work: (from) => search(from, FILMS, { folded, filters: [], limit: 1 }) });
      tookMs.push(performance.now() - sinceMs);
    }
  };
  await Promise.all(Array.from({ length: clients }, read));
  return tookMs;
}
