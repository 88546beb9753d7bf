import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { required } from '../../../../bench/programs/meter.ts';

/** Posts messages at a fixed rate, whether or not earlier ones were answered, and prints the 99th percentile of the time to the answer. */
const port = Number(required('BENCH_PORT'));
const perSecond = Number(required('BENCH_RATE'));
const total = perSecond * Number(required('BENCH_SECONDS'));
const agent = new Agent({ keepAlive: true });
const body = JSON.stringify({ description: 'light rain along the coast', country: 'ES', weather: 'rainy' });

const startedAt = performance.now();
const times = await Promise.all(
  Array.from({ length: total }, async (_, i) => {
    const dueAt = startedAt + (i * 1_000) / perSecond;
    await sleep(Math.max(0, dueAt - performance.now()));
    await post();
    // From when it was due: a late start is a wait too.
    return performance.now() - dueAt;
  }),
);
agent.destroy();
const sorted = times.sort((a, b) => a - b);
process.stdout.write(`${JSON.stringify({ p99: sorted[Math.ceil(total * 0.99) - 1] })}\n`);

function post(): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) };
    const sent = request(
      { port, host: '127.0.0.1', path: '/messages', method: 'POST', agent, headers },
      (response) => {
        response.resume();
        if (response.statusCode === 202) response.on('end', resolve);
        else reject(new Error(`answered ${response.statusCode}`));
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}
