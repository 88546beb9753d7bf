import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createLogger } from '@caudal/common/logging';
import { encodeEnvelope } from '@caudal/common/message';
import type { LogTail } from '@caudal/common/messaging';
import { LiveHub } from '@caudal/console/live';
import { startProgram } from '../../../../bench/program.ts';
import { createMeter, required } from '../../../../bench/programs/meter.ts';

/** Gives the same paced messages to many viewers: by the live tail, or with one write an event to each of them. */
const mode = required('BENCH_MODE');
const clients = Number(required('BENCH_CLIENTS'));
const perSecond = Number(required('BENCH_RATE'));
const total = perSecond * Number(required('BENCH_SECONDS'));

const bodies = Array.from({ length: total }, (_, sequence) =>
  encodeEnvelope({
    description: 'light rain along the coast, 18 degrees',
    country: 'ES',
    weather: 'rainy',
    producer: 'bench',
    sequence,
    acceptedAt: Date.now(),
  }),
);
let startedAt: number | undefined;
/** Messages that have come so far. */
const come = (): number =>
  startedAt === undefined
    ? 0
    : Math.min(total, Math.floor(((performance.now() - startedAt) / 1_000) * perSecond));

/** Waits until there is more than `known` messages, or a moment. */
async function untilCome(known: number): Promise<void> {
  if (come() > known) return;
  const dueAt = startedAt === undefined ? Infinity : startedAt + ((known + 1) * 1_000) / perSecond;
  await sleep(Math.min(100, Math.max(1, dueAt - performance.now())));
}

const log: LogTail = {
  topic: 'bench',
  describe: () => Promise.resolve({ id: 'bench', bounds: [{ low: 0, high: 0 }] }),
  async read([from = 0]) {
    await untilCome(from);
    const next = come();
    if (next <= from) return new Map();
    const offsets = Array.from({ length: next - from }, (_, i) => from + i);
    return new Map([[0, { values: bodies.slice(from, next), offsets, next }]]);
  },
  close: () => Promise.resolve(),
};
const meter = { delivered: () => undefined, missed: () => undefined };
const hub = new LiveHub(log, createLogger('bench', 'error'), meter);
const responses: ServerResponse[] = [];

const server = createServer((_request, response) => {
  response.writeHead(200, { 'Content-Type': 'text/event-stream' });
  response.write(':\n\n');
  responses.push(response);
  if (mode !== 'live') return;
  const sink = { write: (bytes: Buffer | string) => response.write(bytes), close: () => response.destroy() };
  void hub.attach(sink, 'now', undefined).then((client) => response.on('drain', () => client.drained()));
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

const viewers = startProgram('services/lab/src/workloads/live/bench/programs/viewers.ts', {
  BENCH_PORT: String((server.address() as AddressInfo).port),
  BENCH_CLIENTS: String(clients),
  BENCH_PATH: '/',
  BENCH_LAST: `"sequence":${total - 1}`,
});
const lines = viewers.stdout;
if (lines === null) throw new Error('the viewers have no output');
const output = createLines(lines);
await output((line) => 'connected' in line);
while (mode === 'live' && hub.clients < clients) await sleep(5);

const work = createMeter(total * clients, async () => {
  viewers.kill();
  await hub.close();
});
work.began();
startedAt = performance.now();
if (mode !== 'live') void writeEachEvent();
await output((line) => 'done' in line);
work.done(total * clients);

/** What the live tail is measured against. */
async function writeEachEvent(): Promise<void> {
  for (let next = 0; next < total; ) {
    await untilCome(next);
    for (const until = come(); next < until; next += 1) {
      const { producer, ...message } = JSON.parse(String(bodies[next])) as { producer: string };
      const event = Buffer.from(
        `data: ${JSON.stringify({ ...message, scope: producer, partition: 0, offset: next })}\nid: ${next}\n\n`,
      );
      for (const response of responses) response.write(event);
      // Node gathers what is written in one turn: the next event is a write of its own.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

function createLines(stream: NodeJS.ReadableStream): (wanted: (line: object) => boolean) => Promise<void> {
  const seen: object[] = [];
  const wake = new Set<() => void>();
  let rest = '';
  stream.on('data', (chunk: Buffer) => {
    const parts = (rest + chunk.toString()).split('\n');
    rest = parts.pop() ?? '';
    seen.push(...parts.map((part) => JSON.parse(part) as object));
    for (const call of wake) call();
  });
  return async (wanted) => {
    while (!seen.some(wanted)) {
      await new Promise<void>((resolve) => {
        const call = () => {
          wake.delete(call);
          resolve();
        };
        wake.add(call);
      });
    }
  };
}
