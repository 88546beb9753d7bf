import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { createHttpServer, type HttpServer } from '@caudal/common/http';
import { createLocalScaler } from '../../src/scale/local-scaler.ts';
import type { ScaleAccess, Scaler } from '../../src/scale/scaler.ts';
import { type Scale, scaleSchema } from '../../src/schemas.ts';
import { createTestApp } from '../support/test-app.ts';

describe('/api/scale', () => {
  let server: HttpServer;
  let url: string;
  let counts: Record<string, number>;
  let error: string | undefined;
  const scaler: Scaler = {
    lanes: ['left', 'right'],
    replicas: async () => counts,
    scale: async (lane, replicas) => {
      if (error !== undefined) throw new Error(error);
      counts = { ...counts, [lane]: replicas };
    },
  };
  const start = async (scale?: ScaleAccess) => {
    server = createHttpServer(
      createTestApp({
        ...(scale && { scale }),
      }),
    );
    url = `http://127.0.0.1:${await server.listen('127.0.0.1', 0)}`;
  };
  const read = async (): Promise<Scale> => scaleSchema.parse(await (await fetch(`${url}/api/scale`)).json());
  const post = async (body: unknown, headers: Record<string, string> = {}) => {
    const { token = '' } = await read();
    const response = await fetch(`${url}/api/scale`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Caudal-Token': token, ...headers },
      body: JSON.stringify(body),
    });
    const answer = (await response.json()) as { detail?: string };
    return { status: response.status, answer };
  };

  beforeEach(() => {
    counts = { left: 1, right: 2 };
    error = undefined;
  });
  afterEach(() => server.close());

  it('changes the replicas of a lane', async () => {
    await start({ scaler });
    const { enabled, max, replicas } = await read();
    assert.deepEqual({ enabled, max, replicas }, { enabled: true, max: 20, replicas: { left: 1, right: 2 } });
    assert.deepEqual(await post({ lane: 'right', replicas: 5 }), {
      status: 200,
      answer: { lane: 'right', from: 2, replicas: 5 },
    });
    assert.deepEqual((await read()).replicas, { left: 1, right: 5 });
    assert.equal((await post({ lane: 'left', replicas: 0 })).status, 200);
  });

  it('is forbidden without the right, and the reason is given', async () => {
    await start();
    assert.deepEqual(await read(), { enabled: false, reason: 'CONTROL is off', max: 20, replicas: {} });
    const { status, answer } = await post({ lane: 'left', replicas: 2 });
    assert.equal(status, 403);
    assert.equal(answer.detail, 'The console may not scale: CONTROL is off.');
  });

  const foreign: [name: string, headers: Record<string, string>][] = [
    ['without the token', { 'Caudal-Token': '' }],
    ['with another token', { 'Caudal-Token': 'a'.repeat(32) }],
    ['from a page of another site', { 'Sec-Fetch-Site': 'cross-site' }],
    ['from another origin', { Origin: 'http://evil.example' }],
    ['from a sandboxed page', { Origin: 'null' }],
    ['from another port of this host', { Origin: 'http://127.0.0.1:1' }],
  ];
  for (const [name, headers] of foreign) {
    it(`is forbidden ${name}`, async () => {
      await start({ scaler });
      assert.equal((await post({ lane: 'left', replicas: 2 }, headers)).status, 403);
      assert.deepEqual(counts, { left: 1, right: 2 });
    });
  }

  it('is allowed to its own page', async () => {
    await start({ scaler });
    const headers = { Origin: url, 'Sec-Fetch-Site': 'same-origin' };
    assert.equal((await post({ lane: 'left', replicas: 2 }, headers)).status, 200);
  });

  it('refuses what is not valid, and names what is', async () => {
    await start({ scaler });
    for (const [body, expected] of [
      [{ lane: 'middle', replicas: 2 }, /^lane: must be one of left, right$/],
      [{ lane: 'left', replicas: 21 }, /^replicas: .*replicas from 0 to 20$/],
      [{ lane: 'left', replicas: -1 }, /^replicas: /],
      [{ lane: 'left', replicas: 1.5 }, /^replicas: /],
      [{ lane: 'left' }, /^replicas: /],
      [{ lane: 'left', replicas: 1, force: true }, /force/],
      [[], /^body: /],
    ] as const) {
      const { status, answer } = await post(body);
      assert.equal(status, 400, JSON.stringify(body));
      assert.match(answer.detail ?? '', expected);
    }
    assert.equal((await post({ lane: 'left', replicas: 2 }, { 'Content-Type': 'text/plain' })).status, 415);
    assert.deepEqual(counts, { left: 1, right: 2 });
  });

  it('gives the reason when the change is refused', async () => {
    await start({ scaler });
    error = 'Kubernetes answered 403: deployments.apps "left" is forbidden';
    assert.deepEqual((await post({ lane: 'left', replicas: 2 })).status, 502);
    assert.equal((await post({ lane: 'left', replicas: 2 })).answer.detail, error);
  });
});

describe('the scaler of npm start', () => {
  let directory: string;
  let requests: { url: string | undefined; authorization: string | undefined; body: unknown }[];
  let answer: { status: number; body: unknown };
  const server = createServer((request: IncomingMessage, response) => {
    void json(request).then((body) => {
      requests.push({ url: request.url, authorization: request.headers.authorization, body });
      response.writeHead(answer.status, { 'Content-Type': 'application/json', Connection: 'close' });
      response.end(JSON.stringify(answer.body));
    });
  });
  const record = () => join(directory, 'run.json');

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'caudal-scale-'));
    requests = [];
    answer = { status: 200, body: { services: [] } };
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const names = ['ingest-api-1', 'kafka-consumer-1', 'kafka-consumer-2', 'kafka-consumer-x-1', 'console'];
    await writeFile(
      record(),
      JSON.stringify({
        control: { url: `http://127.0.0.1:${port}`, token: 'secret' },
        services: names.map((name) => ({ name })),
      }),
    );
  });
  afterEach(async () => {
    await new Promise((resolve) => server.close(resolve));
    await rm(directory, { recursive: true });
  });

  it('counts the processes of a set and asks the supervisor, with the token of its record', async () => {
    const scaler = createLocalScaler(record(), { 'kafka-redis': 'kafka-consumer' }, 1_000);
    assert.deepEqual(await scaler.replicas(), { 'kafka-redis': 2 });
    await scaler.scale('kafka-redis', 3);
    assert.deepEqual(requests, [
      { url: '/scale', authorization: 'Bearer secret', body: { set: 'kafka-consumer', count: 3 } },
    ]);
  });

  it('passes on why the supervisor refuses', async () => {
    answer = { status: 400, body: { error: 'count must be from 0 to 32' } };
    const scaler = createLocalScaler(record(), { 'kafka-redis': 'kafka-consumer' }, 1_000);
    await assert.rejects(scaler.scale('kafka-redis', 99), /^Error: count must be from 0 to 32$/);
  });

  it('says so when nothing runs', async () => {
    const scaler = createLocalScaler(join(directory, 'none.json'), {}, 1_000);
    await assert.rejects(scaler.replicas(), /ENOENT/);
  });
});
