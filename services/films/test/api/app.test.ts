import assert from 'node:assert/strict';
import { after, beforeEach, describe, it } from 'node:test';
import { AppError } from '@caudal/common/errors';
import { createApiKeys, createHttpServer, ProblemError } from '@caudal/common/http';
import { createLogger } from '@caudal/common/logging';
import { createRegistry } from '@caudal/common/metrics';
import { metricValue } from '@caudal/common/testing';
import { createApp } from '../../src/api/app.ts';
import { createFilmMetrics } from '../../src/api/metrics.ts';
import { PROBLEMS } from '../../src/api/problems.ts';
import type { Answers } from '../../src/api/questions/answers.ts';
import type { FilmBody, FilmsBody } from '../../src/api/questions/bodies.ts';
import { VersionGoneError } from '../../src/replicas/film-reader.ts';
import { MemoryReader } from './support/memory-reader.ts';
import { problemOf, type RunningApi, runApi } from './support/run-api.ts';

const FILM = {
  id: 'Q1',
  imdbId: 'tt1',
  title: 'Amélie',
  year: 2001,
  directors: [{ id: 'd1', name: 'Jean-Pierre Jeunet' }],
  genres: ['Comedy'],
  runtimeMinutes: 122,
  countries: ['France'],
  popularity: 7,
};

describe('the films API, of one process', () => {
  let reader: MemoryReader;
  let api: RunningApi;
  const start = async (environment: Record<string, string> = {}): Promise<void> => {
    await api?.stop();
    reader = new MemoryReader();
    api = await runApi(environment, () => reader);
  };
  beforeEach(() => start());
  after(() => api.stop());

  it('answers with the version, its server and how long that can be kept', async () => {
    reader.rows = [{ class: 0, ...FILM }];
    const response = await api.get('/films/Q1');
    assert.deepEqual((await response.json()) as FilmBody, { version: 3, film: FILM });
    assert.equal(response.headers.get('caudal-answered-by'), 'replica-1');
    assert.equal(response.headers.get('cache-control'), 'public, max-age=0, must-revalidate');
    assert.match(response.headers.get('etag') ?? '', /^"3-[\w-]{16}"$/);
    assert.match(response.headers.get('content-type') ?? '', /^application\/json/);
    const kept = await api.get('/films/Q1?at=2');
    assert.equal(((await kept.json()) as FilmBody).version, 2);
    assert.equal(kept.headers.get('cache-control'), 'public, max-age=86400, immutable');
    assert.deepEqual(reader.reads, [undefined, 2]);
  });

  it('asks the database once for what it keeps, of each version', async () => {
    reader.rows = [{ class: 0, ...FILM }];
    const first = await (await api.get('/films/Q1')).text();
    const again = await api.get('/films/Q1');
    assert.equal(again.headers.get('caudal-answered-by'), 'cache');
    assert.equal(await again.text(), first);
    await api.json('/films/Q1?at=3');
    assert.equal(reader.reads.length, 1);
    await api.json('/films/Q1?at=2');
    reader.version = 4;
    await api.json('/films/Q1');
    assert.deepEqual(reader.reads, [undefined, 2, undefined]);
    const metrics = await api.metrics();
    assert.equal(metricValue(metrics, 'caudal_films_cache_total{outcome="hit"}'), 2);
    assert.equal(metricValue(metrics, 'caudal_films_cache_total{outcome="miss"}'), 3);
    assert.equal(metricValue(metrics, 'caudal_films_queries_total{kind="film"}'), 3);
    assert.equal(metricValue(metrics, 'caudal_films_requests_total{route="/films/{id}",status="200"}'), 5);
  });

  it('asks the database each time if it may keep nothing', async () => {
    await start({ CACHE_MIB: '0' });
    reader.rows = [{ class: 0, ...FILM }];
    await api.json('/films/Q1');
    await api.json('/films/Q1');
    assert.equal(reader.reads.length, 2);
  });

  it('takes texts that are folded alike for one question, and all others for another', async () => {
    reader.rows = [{ class: 0, uses: 0, words: 1, ...FILM }];
    for (const q of ['Amélie', 'amelie', ' AMELIE! ']) await api.json(`/films?${new URLSearchParams({ q })}`);
    assert.equal(reader.reads.length, 1);
    for (const query of ['q=ameli', 'q=amelie&limit=3', 'q=amelie&year=2001', 'q=amelie&mode=contains', ''])
      await api.json(`/films?${query}`);
    await api.json('/films?q=%00');
    await api.json('/directors?q=amelie');
    assert.equal(reader.reads.length, 8);
  });

  it('sends nothing to a client that has the answer, whatever else that has', async () => {
    await start({ CACHE_MIB: '0' });
    reader.rows = [{ class: 0, uses: 0, words: 1, ...FILM }];
    const tag = (await api.get('/films?q=a')).headers.get('etag') ?? '';
    for (const given of [tag, `W/${tag}`, `"x", ${tag}`, '*']) {
      const response = await api.get('/films?q=a', { 'if-none-match': given });
      assert.equal(response.status, 304, given);
      assert.equal(response.headers.get('etag'), tag);
    }
    assert.equal(reader.reads.length, 1);
    assert.equal((await api.get('/films?q=a', { 'if-none-match': '"x"' })).status, 200);
    assert.equal((await api.get('/films?q=b', { 'if-none-match': tag })).status, 200);
    reader.version = 4;
    assert.equal((await api.get('/films?q=a', { 'if-none-match': tag })).status, 200);
  });

  it('reads parts from several servers, all of one version', async () => {
    reader.servers.push('replica-2');
    reader.rows = [{ class: 0, last: 10, ...FILM }];
    const response = await api.get('/films?q=a&mode=contains&parallel=4');
    assert.equal(response.headers.get('caudal-answered-by'), 'replica-1, replica-2');
    assert.deepEqual(reader.reads, [3, 3, 3, 3]);
    assert.equal(((await response.json()) as FilmsBody).films.length, 4);
    reader.version = undefined;
    await api.json('/films?q=b&mode=contains&parallel=2');
    assert.deepEqual(reader.reads.slice(4), [undefined, 1]);
  });

  for (const [what, error, path, status, kind] of [
    [
      'no server in time',
      new AppError('STORE_UNAVAILABLE', 'all out', { retriable: true }),
      '/films',
      503,
      'films-unavailable',
    ],
    ['a version that is gone', new VersionGoneError(2), '/films?at=2', 410, 'version-gone'],
    ['a version that went meanwhile', new VersionGoneError(3), '/films', 503, 'films-unavailable'],
    ['a wrong statement', new AppError('STORE_REJECTED', 'select secret'), '/films', 500, 'internal-error'],
    ['a bug', new TypeError('select secret'), '/directors', 500, 'internal-error'],
  ] as const) {
    it(`answers ${status} after ${what}`, async () => {
      reader.failure = error;
      const response = await api.get(path);
      assert.equal(response.status, status);
      assert.equal(response.headers.get('retry-after'), status === 503 ? '1' : null);
      assert.equal((await problemOf(response)).kind, kind);
    });
  }

  for (const [path, kind] of [
    ['/films/Q2', 'no-such-film'],
    ['/films/%00', 'no-such-film'],
    ['/films/a%2Fb', 'no-such-film'],
    [`/films/${'Q'.repeat(65)}`, 'no-such-film'],
    ['/directors/d2/films', 'no-such-director'],
    ['/directors/-/films', 'no-such-director'],
    ['/nothing', 'not-found'],
  ] as const) {
    it(`answers 404 for ${path}`, async () => {
      const response = await api.get(path);
      assert.equal(response.status, 404);
      assert.equal((await problemOf(response)).kind, kind);
    });
  }

  it('looks for nothing by what is no id', async () => {
    for (const id of ['%00', 'a%2Fb', '-', 'Q'.repeat(65)]) {
      await api.get(`/films/${id}`);
      await api.get(`/directors/${id}/films`);
      await api.get(`/film/${id}`);
    }
    assert.deepEqual(reader.reads, []);
  });

  it('answers HEAD without a body, and refuses other methods', async () => {
    const head = await fetch(`${api.url}/films`, { method: 'HEAD' });
    assert.equal(head.status, 200);
    assert.equal(await head.text(), '');
    for (const path of ['/films', '/films/Q1', '/directors', '/directors/d1/films', '/', '/film/Q1']) {
      const response = await fetch(`${api.url}${path}`, { method: 'POST', body: 'x' });
      assert.equal(response.status, 405, path);
      assert.equal(response.headers.get('allow'), 'GET, HEAD, OPTIONS');
    }
  });

  it('is ready while a server has films, and says why it is not', async () => {
    assert.equal(await api.ready(), 200);
    reader.version = undefined;
    assert.equal(await api.ready(), 503);
  });

  it('limits what one caller asks, where a rate is configured', async () => {
    await start({ RATE_LIMIT_PER_SECOND: '1' });
    const statuses = await Promise.all(
      Array.from({ length: 20 }, async () => (await api.get('/films')).status),
    );
    assert.ok(statuses.includes(200));
    assert.ok(statuses.includes(429));
  });

  it('shows what it finds as a page, and refusals too', async () => {
    reader.rows = [{ class: 0, uses: 0, words: 1, name: 'Jeunet', films: 1, ...FILM }];
    const page = await api.get('/?q=amelie');
    assert.equal(page.status, 200);
    assert.match(await page.text(), /Amélie/);
    assert.equal((await api.get('/?q=amelie&year=1')).status, 400);
    reader.rows = [];
    assert.equal((await api.get('/film/Q2')).status, 404);
    assert.match((await api.get('/director/d2')).headers.get('content-type') ?? '', /^text\/html/);
  });

  it('refuses what is asked while the process is overloaded, but not its description', async () => {
    const app = createApp({
      answers: {} as Answers,
      apiKeys: createApiKeys([]),
      loadShedder: {
        assertCalm: () => {
          throw new ProblemError(PROBLEMS.overloaded, 'Retry later.', { retryAfterSeconds: 1 });
        },
      },
      metrics: createFilmMetrics(createRegistry()),
      logger: createLogger('films-api', 'silent'),
      closing: new AbortController().signal,
      rateLimitPerSecond: 0,
      trustProxyHops: 0,
      pageDirectory: '/nowhere',
    });
    const server = createHttpServer(app);
    const port = await server.listen('127.0.0.1', 0);
    try {
      const ask = (path: string) => fetch(`http://127.0.0.1:${port}${path}`);
      for (const path of ['/films', '/films/Q1', '/directors', '/directors/d1/films'])
        assert.equal((await problemOf(await ask(path))).kind, 'overloaded', path);
      for (const path of ['/', '/film/Q1', '/director/d1']) {
        const page = await ask(path);
        assert.equal(page.status, 503, path);
        await page.text();
      }
      assert.equal((await fetch(`http://127.0.0.1:${port}/openapi.json`, { method: 'HEAD' })).status, 200);
    } finally {
      await server.close();
    }
  });

  it('closes its servers when it stops', async () => {
    await api.stop();
    assert.ok(reader.isClosed);
  });
});
