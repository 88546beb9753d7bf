import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, describe, it } from 'node:test';
import { eventually, metricValue, startFaultyProxy, useServers } from '@caudal/common/testing';
import fc from 'fast-check';
import { acceptedSchema, problemSchema } from '../src/openapi.ts';
import { generatedRequest } from './support/bodies.ts';
import type { Program } from './support/program.ts';
import { postHead, RAW_CASES, RAW_CASES_MAX_BODY_BYTES } from './support/raw-cases.ts';
import { rawClient, statuses } from './support/raw-client.ts';
import { brokerEnvironment, messagesInBrokers, startReady } from './support/real-brokers.ts';
import { MESSAGE } from './support/run-service.ts';

const servers = useServers('rabbitmq', 'kafka');

const environment = (overrides?: Record<string, string>): Record<string, string> =>
  brokerEnvironment(servers().addresses, overrides);

function post(program: Program, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${program.url}/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
}

const residentBytes = async (program: Program): Promise<number> =>
  metricValue(await program.metrics(), 'process_resident_memory_bytes') ??
  assert.fail('it says nothing of its memory');

const acceptedOf = (metrics: string): number =>
  metricValue(metrics, 'caudal_ingest_messages_total{outcome="accepted"}') ?? 0;

describe('bad input, between real brokers', () => {
  let variables: Record<string, string>;
  let program: Program;
  let accepted = 0;
  before(async () => {
    variables = environment({
      MAX_BODY_BYTES: String(RAW_CASES_MAX_BODY_BYTES),
      HEADERS_TIMEOUT_MS: '2000',
      REQUEST_TIMEOUT_MS: '3000',
    });
    program = await startReady(variables);
  });
  after(async () => {
    assert.equal(await program.stop(), 0);
  });

  it('1,000 generated requests: 202 with exactly its messages in both brokers, or a 4xx with none', async (t) => {
    const seed = Date.now() & 0x7fff_ffff;
    t.diagnostic(`seed ${seed}`);
    const requests = fc.sample(generatedRequest, { numRuns: 1_000, seed });
    const answers = new Map<number, number>();
    const run = async (): Promise<void> => {
      for (let request = requests.pop(); request; request = requests.pop()) {
        const response = await fetch(`${program.url}/messages`, { method: 'POST', ...request });
        answers.set(response.status, (answers.get(response.status) ?? 0) + 1);
        const answer: unknown = await response.json();
        // Not in one expression with an await: `+=` would add to what was there before the wait.
        if (response.status === 202) accepted += acceptedSchema.parse(answer).accepted;
        else assert.equal(problemSchema.parse(answer).status, response.status);
      }
    };
    await Promise.all(Array.from({ length: 8 }, run));
    t.diagnostic(`answers ${JSON.stringify(Object.fromEntries(answers))}, messages ${accepted}`);
    const expected = new Set([202, 400, 415, 422]);
    assert.deepEqual(
      [...answers.keys()].filter((status) => !expected.has(status)),
      [],
    );
    assert.ok((answers.get(202) ?? 0) > 100 && (answers.get(400) ?? 0) > 100);
    assert.deepEqual(await messagesInBrokers(variables), { rabbitmq: accepted, kafka: accepted });
    assert.equal(acceptedOf(await program.metrics()), accepted);
  });

  it(`${RAW_CASES.length} raw connections: the right answer, and no message`, async () => {
    await Promise.all(
      RAW_CASES.map(async ({ what, data, status }) => {
        const client = await rawClient(program.port);
        client.send(data);
        assert.deepEqual(statuses(await client.ended()), [status], what);
      }),
    );
    assert.equal((await post(program, MESSAGE)).status, 202);
    accepted += 1;
    assert.equal(acceptedOf(await program.metrics()), accepted);
    assert.deepEqual(await messagesInBrokers(variables), { rabbitmq: accepted, kafka: accepted });
  });
});

/** Pipelined requests, no two of them alike; every tenth a message from a country that is none. */
function oddRequests(from: number, count: number): string {
  const requests = Array.from({ length: count }, (_, index) => {
    const n = from + index;
    const method = ['GET', 'PUT', 'DELETE', 'PROPFIND', 'POST'][n % 5];
    if (n % 10 !== 0) return `${method} /odd-${n} HTTP/1.1\r\nHost: h${n}\r\nContent-Length: 0\r\n\r\n`;
    const body = JSON.stringify({ ...MESSAGE, country: `odd ${n}` });
    return `${postHead(`X-Request-Id: ${n}`, `Content-Length: ${Buffer.byteLength(body)}`)}${body}`;
  });
  return `${requests.join('')}GET /last HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n`;
}

describe('100,000 odd paths, methods and countries', () => {
  it('add no series and take no memory', { timeout: 180_000 }, async () => {
    const program = await startReady(environment());
    try {
      const send = async (from: number, count: number): Promise<void> => {
        const client = await rawClient(program.port);
        client.send(oddRequests(from, count));
        const text = await client.ended();
        const answers = statuses(text);
        assert.equal(answers.length, count + 1);
        // On a machine that is busy with other things this may be too much at once; then it says so.
        const overloaded = text.match(/problem-type:caudal:overloaded/g)?.length ?? 0;
        assert.equal(answers.filter((status) => status === 503).length, overloaded);
        assert.equal(answers.filter((status) => status === 404).length, count + 1 - count / 10);
        assert.equal(answers.filter((status) => status === 400).length, count / 10 - overloaded);
      };
      const series = async (): Promise<readonly string[]> =>
        ((await program.metrics()).match(/^caudal_[^ ]+/gm) ?? []).filter(
          (name) => !name.includes('status="503"'),
        );
      await send(0, 100);
      const before = await series();
      const flood = async (from: number, to: number): Promise<void> => {
        for (let at = from; at < to; at += 10_000) {
          await Promise.all(Array.from({ length: 10 }, (_, n) => send(at + n * 1_000, 1_000)));
        }
      };
      // The heap takes its size under the first of them; what is kept of each would keep growing.
      await flood(0, 20_000);
      const memoryBefore = await residentBytes(program);
      await flood(20_000, 100_000);
      assert.deepEqual(await series(), before);
      const grownBytes = (await residentBytes(program)) - memoryBefore;
      assert.ok(grownBytes < 64 * 2 ** 20, `grew by ${Math.round(grownBytes / 2 ** 20)} MiB`);
    } finally {
      assert.equal(await program.stop(), 0);
    }
  });
});

describe('overload', () => {
  it('is refused with 503 and Retry-After, in bounded memory, and what was accepted is exact', {
    timeout: 120_000,
  }, async (t) => {
    const variables = environment({ MAX_PENDING_MESSAGES: '1000', PUBLISH_TIMEOUT_MS: '20000' });
    const program = await startReady(variables);
    try {
      const batch = Array.from({ length: 100 }, () => MESSAGE);
      for (let n = 0; n < 20; n += 1) assert.equal((await post(program, batch)).status, 202);
      let accepted = 2_000;
      let refused = 0;
      const memoryBefore = await residentBytes(program);
      let memoryMax = 0;
      const client = async (): Promise<void> => {
        for (let n = 0; n < 60; n += 1) {
          const response = await post(program, batch);
          if (response.status === 202) accepted += batch.length;
          else {
            refused += 1;
            assert.equal(response.status, 503);
            assert.equal(response.headers.get('retry-after'), '1');
            assert.match(await response.text(), /problem-type:caudal:overloaded/);
          }
        }
      };
      // Five times as many messages on their way as may be pending.
      const clients = Promise.all(Array.from({ length: 50 }, client));
      let isRunning = true;
      void clients.finally(() => {
        isRunning = false;
      });
      while (isRunning) memoryMax = Math.max(memoryMax, await residentBytes(program));
      await clients;
      t.diagnostic(
        `accepted ${accepted}, refused requests ${refused}, memory +${Math.round((memoryMax - memoryBefore) / 2 ** 20)} MiB`,
      );
      assert.ok(refused > 0);
      assert.ok(memoryMax - memoryBefore < 150 * 2 ** 20);
      assert.equal((await post(program, batch)).status, 202);
      accepted += batch.length;
      assert.deepEqual(await messagesInBrokers(variables), { rabbitmq: accepted, kafka: accepted });
    } finally {
      assert.equal(await program.stop(), 0);
    }
  });
});

describe('SIGTERM under load', () => {
  it('answers everything it has taken in: what the clients saw accepted is what both brokers hold', async (t) => {
    const variables = environment();
    const program = await startReady(variables);
    let accepted = 0;
    let resets = 0;
    const exited = once(program.child, 'exit');
    const client = async (): Promise<void> => {
      while (program.child.exitCode === null) {
        let response: Response;
        try {
          response = await post(program, [MESSAGE, MESSAGE]);
        } catch (error) {
          const code = (error as { cause?: { code?: string } }).cause?.code;
          if (code === 'ECONNREFUSED') return;
          resets += 1;
          continue;
        }
        assert.equal(response.status, 202);
        const answer = acceptedSchema.parse(await response.json());
        accepted += answer.accepted;
        if (accepted === 1_000) program.child.kill('SIGTERM');
      }
    };
    await Promise.all(Array.from({ length: 10 }, client));
    assert.deepEqual(await exited, [0, null]);
    t.diagnostic(`accepted ${accepted}, connections reset ${resets}`);
    assert.ok(accepted >= 1_000);
    assert.deepEqual(await messagesInBrokers(variables), { rabbitmq: accepted, kafka: accepted });
  });
});

describe('a broker that goes away', () => {
  it('is named, whether silent or gone; no restarts, and all is as before when it is back', {
    timeout: 120_000,
  }, async () => {
    const direct = environment();
    const url = new URL(direct.RABBITMQ_URL ?? '');
    const proxy = await startFaultyProxy({ host: url.hostname, port: Number(url.port) });
    url.port = String(proxy.port);
    const program = await startReady({
      ...direct,
      RABBITMQ_URL: url.href,
      PUBLISH_TIMEOUT_MS: '3000',
      RABBITMQ_CONFIRM_TIMEOUT_MS: '1000',
    });
    const brokersOf = async (response: Response) => {
      assert.equal(response.status, 503);
      assert.equal(response.headers.get('retry-after'), '1');
      const { type, brokers } = problemSchema.parse(await response.json());
      return { type: type.split(':').at(-1), brokers };
    };
    try {
      assert.equal((await post(program, MESSAGE)).status, 202);
      proxy.swallowReplies();
      assert.deepEqual(await brokersOf(await post(program, MESSAGE)), {
        type: 'unconfirmed',
        brokers: ['rabbitmq'],
      });
      proxy.refuse();
      await eventually(
        () => program.isReady(),
        (isReady) => !isReady,
      );
      assert.deepEqual(await brokersOf(await post(program, MESSAGE)), {
        type: 'broker-unavailable',
        brokers: ['rabbitmq'],
      });
      assert.equal(metricValue(await program.metrics(), 'caudal_broker_up{broker="rabbitmq"}'), 0);
      proxy.pass();
      await eventually(() => program.isReady(), Boolean);
      assert.equal((await post(program, MESSAGE)).status, 202);
      assert.equal(program.child.exitCode, null);
    } finally {
      assert.equal(await program.stop(), 0);
      await proxy.close();
    }
  });
});
