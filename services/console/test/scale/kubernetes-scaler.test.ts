import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { generate } from 'selfsigned';
import { createKubernetesScaler } from '../../src/scale/kubernetes-scaler.ts';

interface Asked {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly authorization: string | undefined;
  readonly type: string | undefined;
  readonly body: string;
}

describe('the scaler of a cluster', () => {
  let directory: string;
  let server: Server;
  let port: number;
  let asked: Asked[];
  let replicas: number;
  let refusal: { readonly status: number; readonly message: string } | undefined;

  beforeEach(async () => {
    asked = [];
    replicas = 2;
    refusal = undefined;
    const pair = await generate([{ name: 'commonName', value: 'localhost' }], {
      algorithm: 'sha256',
      extensions: [
        { name: 'basicConstraints', cA: true, critical: true },
        { name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] },
      ],
    });
    directory = await mkdtemp(join(tmpdir(), 'caudal-account-'));
    await writeFile(join(directory, 'token'), 'first\n');
    await writeFile(join(directory, 'ca.crt'), pair.cert);
    server = createServer({ key: pair.private, cert: pair.cert }, (request, response) => {
      void text(request).then((body) => {
        const { method, url, headers } = request;
        asked.push({
          method,
          url,
          authorization: headers.authorization,
          type: headers['content-type'],
          body,
        });
        if (method === 'PATCH' && refusal === undefined) {
          replicas = (JSON.parse(body) as { spec: { replicas: number } }).spec.replicas;
        }
        response.writeHead(refusal?.status ?? 200, {
          'Content-Type': 'application/json',
          Connection: 'close',
        });
        // An API server leaves out a number that is 0.
        const spec = replicas === 0 ? {} : { replicas };
        response.end(JSON.stringify(refusal ? { kind: 'Status', message: refusal.message } : { spec }));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    ({ port } = server.address() as AddressInfo);
  });
  afterEach(async () => {
    await new Promise((resolve) => server.close(resolve));
    await rm(directory, { recursive: true });
  });

  const scaler = (accountDirectory = directory) =>
    createKubernetesScaler({ host: '127.0.0.1', port, accountDirectory, timeoutMs: 5_000 }, 'weather', {
      'kafka-redis': 'caudal-kafka-redis-consumer',
    });
  const PATH = '/apis/apps/v1/namespaces/weather/deployments/caudal-kafka-redis-consumer/scale';

  it('reads and changes the scale of a Deployment, and nothing else of it', async () => {
    const own = scaler();
    assert.deepEqual(own.lanes, ['kafka-redis']);
    assert.deepEqual(await own.replicas(), { 'kafka-redis': 2 });
    await own.scale('kafka-redis', 0);
    assert.deepEqual(await own.replicas(), { 'kafka-redis': 0 });
    assert.deepEqual(
      asked.map(({ method, url, type, body }) => [method, url, type, body]),
      [
        ['GET', PATH, undefined, ''],
        ['PATCH', PATH, 'application/merge-patch+json', '{"spec":{"replicas":0}}'],
        ['GET', PATH, undefined, ''],
      ],
    );
  });

  it('takes the token as it is now: the kubelet renews it', async () => {
    const own = scaler();
    await own.replicas();
    await writeFile(join(directory, 'token'), 'second');
    await own.replicas();
    assert.deepEqual(
      asked.map(({ authorization }) => authorization),
      ['Bearer first', 'Bearer second'],
    );
  });

  it('gives the reason of the API server', async () => {
    refusal = { status: 403, message: 'deployments.apps "x" is forbidden' };
    await assert.rejects(scaler().scale('kafka-redis', 3), {
      message: 'Kubernetes answered 403: deployments.apps "x" is forbidden',
    });
    assert.equal(replicas, 2);
  });

  it('does not send its token to a server of another authority', async () => {
    const other = await generate([{ name: 'commonName', value: 'localhost' }], { algorithm: 'sha256' });
    await writeFile(join(directory, 'ca.crt'), other.cert);
    await assert.rejects(scaler().replicas(), /self-signed|certificate/);
    assert.deepEqual(asked, []);
  });

  it('says so in a pod without the right', async () => {
    await assert.rejects(scaler(join(directory, 'none')).replicas(), /ENOENT.*token/);
  });
});
