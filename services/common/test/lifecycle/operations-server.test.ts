import assert from 'node:assert/strict';
import { networkInterfaces } from 'node:os';
import { after, before, describe, it } from 'node:test';
import { createOperationsServer, type ReadinessCheck } from '../../src/lifecycle/index.ts';
import { createRegistry } from '../../src/metrics/index.ts';

describe('the operations server', () => {
  const stopping = new AbortController();
  let broker: ReadinessCheck = { ok: true };
  const server = createOperationsServer({
    registry: createRegistry(),
    checks: () => ({ rabbitmq: broker }),
    stopping: stopping.signal,
  });
  let base: string;
  before(async () => {
    base = `http://127.0.0.1:${await server.listen('127.0.0.1', 0)}`;
  });
  after(() => server.close());

  it('responds on every loopback address of the machine if no host is given', async () => {
    const open = createOperationsServer({
      registry: createRegistry(),
      checks: () => ({}),
      stopping: stopping.signal,
    });
    const port = await open.listen(undefined, 0);
    try {
      const loopback = Object.values(networkInterfaces()).flatMap((addresses) =>
        (addresses ?? []).filter(({ internal }) => internal),
      );
      assert.ok(loopback.length > 0);
      for (const { address, family } of loopback) {
        const host = family === 'IPv6' ? `[${address}]` : address;
        assert.equal((await fetch(`http://${host}:${port}/livez`)).status, 200, host);
      }
    } finally {
      await open.close();
    }
  });

  it('is alive and ready', async () => {
    assert.equal((await fetch(`${base}/livez`)).status, 200);
    const ready = await fetch(`${base}/readyz`);
    assert.equal(ready.status, 200);
    assert.deepEqual(await ready.json(), { ready: true, checks: { rabbitmq: { ok: true } } });
  });

  it('names the failing check, and stays alive', async () => {
    broker = { ok: false, detail: 'not connected' };
    const response = await fetch(`${base}/readyz`);
    assert.equal(response.status, 503);
    assert.deepEqual(await response.json(), { ready: false, checks: { rabbitmq: broker } });
    assert.equal((await fetch(`${base}/livez`)).status, 200);
    broker = { ok: true };
  });

  it('serves the metrics of Node.js', async () => {
    const response = await fetch(`${base}/metrics`);
    assert.match(response.headers.get('content-type') ?? '', /text\/plain|openmetrics/);
    assert.match(await response.text(), /nodejs_eventloop_lag_seconds/);
  });

  it('refuses other paths and methods', async () => {
    assert.equal((await fetch(`${base}/metrics/../etc`)).status, 404);
    assert.equal((await fetch(`${base}/metrics`, { method: 'POST' })).status, 405);
  });

  it('is not ready while the service stops', async () => {
    stopping.abort();
    assert.equal((await fetch(`${base}/readyz`)).status, 503);
  });
});
