import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { gamesSchema } from '../../src/api/games/games-handler.ts';
import { ROUTES, routeOf } from '../../src/api/routes.ts';
import { CATALOGUE, problemOf, type RunningApi, runApi } from './support/run-api.ts';

describe('the API of the shop', () => {
  let api: RunningApi;
  let directory: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'caudal-shop-'));
    await mkdir(join(directory, 'assets'));
    await writeFile(join(directory, 'index.html'), '<!doctype html><title>shop</title>');
    await writeFile(join(directory, 'assets', 'index-abc.js'), '1;');
    api = await runApi({ PAGE_DIRECTORY: directory, MAILBOX_URL: 'https://mails.example.com/' });
  });
  after(async () => {
    await api.stop();
    await rm(directory, { recursive: true });
  });

  it('finds games in pages', async () => {
    const first = gamesSchema.parse(await (await api.get('/games?limit=3')).json());
    assert.deepEqual(
      first.games.map(({ row }) => row),
      [1, 2, 3],
    );
    const next = gamesSchema.parse(await (await api.get(`/games?limit=3&cursor=${first.next}`)).json());
    assert.deepEqual(
      next.games.map(({ row }) => row),
      [4, 5, 6],
    );
    const game = CATALOGUE.byRow(87);
    assert.ok(game);
    const named = gamesSchema.parse(
      await (await api.get(`/games?limit=50&q=${encodeURIComponent(game.name)}`)).json(),
    );
    assert.ok(named.games.some(({ id, price }) => id === game.id && price === game.priceCents / 100));
    const none = gamesSchema.parse(await (await api.get('/games?q=no-such-game-at-all')).json());
    assert.deepEqual(none, { games: [] });
  });

  it('refuses a bad search by its field', async () => {
    for (const [query, field] of [
      ['limit=0', 'limit'],
      ['limit=51', 'limit'],
      ['limit=x', 'limit'],
      ['limit=1.5', 'limit'],
      ['cursor=nonsense', 'cursor'],
      [`q=${'x'.repeat(101)}`, 'q'],
      ['q=a&q=b', 'q'],
      ['page=2', ''],
    ] as const) {
      const response = await api.get(`/games?${query}`);
      assert.equal(response.status, 400, query);
      const problem = await problemOf(response);
      assert.equal(problem.kind, 'invalid-query', query);
      assert.equal(problem.errors?.[0]?.field, field, query);
    }
    for (const query of ['q=%00', 'q=%', 'q=%ED%A0%80', 'q='])
      assert.equal((await api.get(`/games?${query}`)).status, 200, query);
  });

  it('serves the page with a policy that lets nothing run but its own files', async () => {
    const page = await api.get('/');
    assert.equal(page.status, 200);
    assert.match(await page.text(), /<title>shop/);
    const policy = page.headers.get('content-security-policy') ?? '';
    assert.match(policy, /default-src 'none'/);
    assert.match(policy, /script-src 'self'/);
    assert.doesNotMatch(policy, /https?:|unsafe/);
    const asset = await api.get('/assets/index-abc.js');
    assert.match(asset.headers.get('cache-control') ?? '', /immutable/);
    assert.deepEqual(await (await api.get('/page.json')).json(), {
      mailboxUrl: 'https://mails.example.com/',
    });
  });

  it('has a page of links where none was built', async () => {
    const bare = await runApi({ PAGE_DIRECTORY: join(directory, 'none') });
    try {
      const page = await bare.get('/');
      assert.match(await page.text(), /href="\.\/docs"/);
      assert.deepEqual(await (await bare.get('/page.json')).json(), { mailboxUrl: null });
    } finally {
      await bare.stop();
    }
  });

  it('answers other methods and paths with problems', async () => {
    for (const [path, methods] of Object.entries(ROUTES)) {
      const response = await fetch(`${api.url}${path.replace('{id}', '1')}`, { method: 'PUT' });
      assert.equal(response.status, 405, path);
      assert.equal(response.headers.get('allow'), [...methods, 'OPTIONS'].join(', '), path);
      assert.equal((await problemOf(response)).kind, 'method-not-allowed', path);
    }
    for (const path of ['/nothing', '/orders/', '/ORDERS/1', '/assets/none.js', '/orders/%', '/.env']) {
      const response = await api.get(path);
      assert.ok([400, 404, 405].includes(response.status), `${path}: ${response.status}`);
      await problemOf(response);
    }
  });

  it('shows an error of its own without a detail of it', async () => {
    api.shop.before = () => {
      throw new TypeError('secret detail');
    };
    const response = await api.get('/?value=1');
    api.shop.before = () => undefined;
    assert.equal(response.status, 500);
    const problem = await problemOf(response);
    assert.equal(problem.kind, 'internal-error');
    assert.doesNotMatch(JSON.stringify(problem), /secret/);
  });

  it('knows a bounded set of routes', () => {
    assert.equal(routeOf('/orders/1'), '/orders/{id}');
    assert.equal(routeOf('/orders/1/events'), '/orders/{id}/events');
    assert.equal(routeOf('/orders/1/cancel'), '/orders/{id}/cancel');
    for (const path of ['/orders/1/2', '/x', '/orders/1/events/2', '/__proto__', 'constructor'])
      assert.equal(routeOf(path), 'other', path);
    assert.equal(routeOf('/docs/swagger-ui.css'), '/docs');
  });

  it('is not ready before it is connected to the log', async () => {
    const away = await runApi();
    try {
      assert.equal(await away.ready(), 200);
      away.shop.log.faults.down = true;
      assert.equal(await away.ready(), 503);
      assert.equal((await away.get('/games')).status, 200);
    } finally {
      away.shop.log.faults.down = false;
      await away.stop();
    }
  });
});
