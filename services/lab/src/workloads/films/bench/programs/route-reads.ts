import { type AddressInfo, connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createLogger } from '@caudal/common/logging';
import { createRegistry } from '@caudal/common/metrics';
import { roundRobin, twoChoices } from '@caudal/films/replicas/choice';
import { createFilmReader } from '@caudal/films/replicas/create-film-reader';
import { required } from '../../../../bench/programs/meter.ts';

/**
 * Reads at a rate from two replicas, of which the first is slow, and prints the time that 99 of 100 reads need at most. The choice of a
 * replica is the only difference between two runs.
 */
const seconds = Number(required('BENCH_SECONDS'));
const perSecond = Number(required('BENCH_RATE'));
const slowMs = Number(required('BENCH_SLOW_MS'));
const [slow = '', quick = ''] = required('POSTGRESQL_REPLICA_URLS').split(',');
const READY_TIMEOUT_MS = 30_000;

/** Delivers each reply later. */
const proxy = createServer({ noDelay: true }, (client) => {
  const { hostname, port } = new URL(slow);
  const upstream = connect({ host: hostname, port: Number(port), noDelay: true });
  client.pipe(upstream);
  upstream.on('data', (reply) => setTimeout(() => client.write(reply), slowMs));
  for (const [one, other] of [
    [client, upstream],
    [upstream, client],
  ] as const) {
    one.on('error', () => other.destroy());
    one.once('close', () => other.destroy());
  }
});
await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
const slowed = new URL(slow);
slowed.port = String((proxy.address() as AddressInfo).port);

const reader = createFilmReader(
  {
    clientName: 'bench',
    primaryUrl: required('POSTGRESQL_URL'),
    replicaUrls: [slowed.href, quick],
    ca: undefined,
    poolSize: 16,
    readDeadlineMs: 10_000,
    readAttemptMs: 10_000,
    probeIntervalMs: 250,
    probeTimeoutMs: 5_000,
    maxLagMs: 60_000,
    primaryReads: 'off',
  },
  {
    logger: createLogger('bench', 'silent'),
    registry: createRegistry(),
    choice: required('BENCH_CHOICE') === 'round robin' ? roundRobin() : twoChoices(),
  },
);
reader.start();
for (const startedAt = performance.now(); !reader.isReady(); await sleep(50)) {
  if (performance.now() - startedAt > READY_TIMEOUT_MS) throw new Error(reader.unreadyReason());
}
// Both are in, and each has been measured.
await sleep(1_000);

const times: number[] = [];
const reads: Promise<void>[] = [];
async function readOnce(): Promise<void> {
  const startedAt = performance.now();
  await reader.read({
    work: ({ version, query }) =>
      query({
        text: `select id from films_v${version}.film order by popularity desc, id limit 1`,
        values: [],
      }),
  });
  times.push(performance.now() - startedAt);
}
for (let n = 0; n < seconds * perSecond; n += 1) {
  reads.push(readOnce());
  await sleep(1_000 / perSecond);
}
await Promise.all(reads);
times.sort((a, b) => a - b);
process.stdout.write(
  `${JSON.stringify({ reads: times.length, p99Ms: times[Math.floor(times.length * 0.99)] })}\n`,
);
await reader.close();
proxy.close();
process.exit(0);
