import { randomUUID } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { required } from '../../../../bench/programs/meter.ts';

/**
 * A closed-loop load of POSTs, or without a body of GETs, over kept-alive connections, one request at a time on each: for capacity, not for
 * latency claims. It parses only status and length of an answer, so that the generator takes little of the two cores
 * it shares.
 */
const port = Number(required('BENCH_PORT'));
const connections = Number(required('BENCH_CONNECTIONS'));
const seconds = Number(required('BENCH_SECONDS'));
const path = process.env.BENCH_PATH ?? '/messages';
const { BENCH_BODY } = process.env;
const body = Buffer.from(BENCH_BODY ?? '');
const head =
  BENCH_BODY === undefined
    ? `GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\n`
    : `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n`;
const unkeyed = Buffer.concat([Buffer.from(`${head}\r\n`), body]);
/** When set, every request has its own Idempotency-Key. */
const isKeyed = process.env.BENCH_KEYED === 'true';
const keyPrefix = randomUUID();
let keys = 0;

const statuses = new Map<string, number>();
let isOver = false;

function nextRequest(): Buffer {
  if (!isKeyed) return unkeyed;
  keys += 1;
  return Buffer.concat([Buffer.from(`${head}idempotency-key: ${keyPrefix}-${keys}\r\n\r\n`), body]);
}

function drive(): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket: Socket = connect({ port, host: '127.0.0.1', noDelay: true }, () =>
      socket.write(nextRequest()),
    );
    let received = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
      const headEnd = received.indexOf('\r\n\r\n');
      if (headEnd < 0) return;
      const lines = received.toString('latin1', 0, headEnd);
      const length = /content-length: (\d+)/i.exec(lines)?.[1];
      if (length === undefined) return reject(new Error(`an answer without content-length:\n${lines}`));
      if (received.length < headEnd + 4 + Number(length)) return;
      received = Buffer.alloc(0);
      const status = lines.slice(9, 12);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      if (isOver) {
        socket.end();
        resolve();
      } else {
        socket.write(nextRequest());
      }
    });
    socket.on('error', reject);
    socket.on('close', () => resolve());
  });
}

const startedAt = performance.now();
setTimeout(() => {
  isOver = true;
}, seconds * 1_000);
await Promise.all(Array.from({ length: connections }, drive));
const milliseconds = performance.now() - startedAt;
process.stdout.write(`${JSON.stringify({ milliseconds, statuses: Object.fromEntries(statuses) })}\n`);
