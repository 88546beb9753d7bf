import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { MetricsWatch } from '../../src/load/metrics-watch.ts';

describe('MetricsWatch', () => {
  const NAME = 'caudal_duplicates_total';
  let server: Server;
  let url: string;
  let page: string | undefined;
  const show = (startedAt: number, value: number): void => {
    page = `process_start_time_seconds ${startedAt}\n${NAME}{lane="l"} ${value}\n`;
  };

  beforeEach(async () => {
    server = createServer((_request, response) => {
      response.statusCode = page === undefined ? 503 : 200;
      response.end(page);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it('leaves out what was counted before, and adds up increases', async () => {
    const watch = new MetricsWatch(() => [url]);
    show(1, 100);
    assert.equal((await watch.scrape()).counter(NAME), 0);
    show(1, 103);
    assert.equal((await watch.scrape()).counter(NAME, { lane: 'l' }), 3);
    show(1, 104);
    assert.equal((await watch.scrape()).counter(NAME), 1);
    assert.equal(watch.total().counter(NAME), 4);
    assert.equal(watch.total().counter(NAME, { lane: 'other' }), 0);
  });

  it('counts a restarted process from 0, also one that has already counted further than before', async () => {
    const watch = new MetricsWatch(() => [url]);
    show(1, 10);
    await watch.scrape();
    page = undefined;
    assert.equal((await watch.scrape()).counter(NAME), 0);
    show(2, 12);
    assert.equal((await watch.scrape()).counter(NAME), 12);
    assert.equal(watch.total().counter(NAME), 12);
  });

  it('takes a process that came later as new', async () => {
    const urls: string[] = [];
    const watch = new MetricsWatch(() => urls);
    await watch.scrape();
    urls.push(url);
    show(1, 5);
    assert.equal((await watch.scrape()).counter(NAME), 5);
  });
});
