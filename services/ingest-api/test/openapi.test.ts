import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import { createOpenApiDocument } from '../src/openapi.ts';
import { type RunningService, runService } from './support/run-service.ts';

describe('the API description', () => {
  let service: RunningService;
  before(async () => {
    service = await runService();
  });
  after(() => service.stop());

  const get = (path: string): Promise<Response> => fetch(`${service.url}${path}`, { redirect: 'manual' });

  it('is committed as it is made; else run node services/ingest-api/src/write-openapi.ts', async () => {
    const committed: unknown = JSON.parse(
      await readFile(new URL('../openapi.json', import.meta.url), 'utf8'),
    );
    assert.deepEqual(committed, JSON.parse(JSON.stringify(createOpenApiDocument())));
  });

  it('is served, closed to unknown fields and with every status', async () => {
    const response = await get('/openapi.json');
    assert.equal(response.status, 200);
    assert.match(response.headers.get('content-type') ?? '', /^application\/json/);
    const document = (await response.json()) as ReturnType<typeof createOpenApiDocument>;
    assert.equal(document.openapi, '3.1.0');
    assert.deepEqual(Object.keys(document.paths ?? {}), ['/messages', '/process']);
    assert.deepEqual(Object.keys(document.paths?.['/messages']?.post?.responses ?? {}), [
      '202',
      '400',
      '401',
      '408',
      '413',
      '415',
      '422',
      '429',
      '502',
      '503',
    ]);
    const message = document.components?.schemas?.Message;
    assert.deepEqual(message && 'properties' in message ? Object.keys(message.properties ?? {}) : [], [
      'description',
      'country',
      'weather',
    ]);
    assert.equal(message && 'additionalProperties' in message && message.additionalProperties, false);
  });

  it('has a page that loads nothing from another host', async () => {
    const page = await get('/docs');
    assert.equal(page.status, 200);
    assert.match(page.headers.get('content-type') ?? '', /^text\/html/);
    const policy = page.headers.get('content-security-policy') ?? '';
    assert.match(policy, /default-src 'none'/);
    assert.doesNotMatch(policy, /https?:|unsafe-eval/);
    const html = await page.text();
    const loaded = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? '');
    assert.equal(loaded.length, 5);
    for (const address of loaded) {
      const url = new URL(address, `${service.url}/docs`);
      assert.equal(url.origin, service.url);
      const asset = await fetch(url);
      assert.equal(asset.status, 200);
      assert.ok((await asset.arrayBuffer()).byteLength > 100);
    }
    const script = await (await get('/docs/initialize.js')).text();
    assert.match(script, /url: 'openapi\.json'/);
    assert.match(script, /validatorUrl: null/);
    assert.doesNotMatch(script, /https?:/);
  });

  it('serves nothing else of the package', async () => {
    for (const path of [
      '/docs/package.json',
      '/docs/swagger-ui-bundle.js.map',
      '/docs/../package.json',
      '/docs/%2e%2e/package.json',
      '/docs/index.html',
    ]) {
      const response = await get(path);
      assert.equal(response.status, 404, path);
      assert.match(response.headers.get('content-type') ?? '', /^application\/problem\+json/);
    }
  });

  it('is found with a slash at the end too', async () => {
    const response = await get('/docs/');
    assert.equal(response.status, 308);
    assert.equal(new URL(response.headers.get('location') ?? '', `${service.url}/docs/`).pathname, '/docs');
  });
});
