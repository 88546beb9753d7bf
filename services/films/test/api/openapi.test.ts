import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { createOpenApiDocument } from '../../src/api/openapi.ts';
import { ROUTES } from '../../src/api/routes.ts';
import { PAGE_ROUTES } from '../../src/page/routes.ts';
import { MemoryReader } from './support/memory-reader.ts';
import { runApi } from './support/run-api.ts';

describe('the description of the films API', () => {
  const document = JSON.parse(JSON.stringify(createOpenApiDocument())) as {
    paths: Record<string, Record<string, unknown>>;
    components: { schemas: Record<string, { additionalProperties?: boolean }> };
  };

  it('is committed as it is made; else run node services/films/src/write-openapi.ts', async () => {
    const file = new URL('../../openapi.json', import.meta.url);
    assert.deepEqual(JSON.parse(await readFile(file, 'utf8')), document);
  });

  it('has every route that is for clients, with its methods', () => {
    const served = ['/openapi.json', '/docs', ...Object.keys(PAGE_ROUTES)];
    const described = Object.fromEntries(
      Object.entries(document.paths).map(([path, item]) => [
        path,
        Object.keys(item)
          .filter((name) => name !== 'parameters')
          .map((name) => name.toUpperCase())
          .sort(),
      ]),
    );
    const expected = Object.entries(ROUTES)
      .filter(([path]) => !served.includes(path))
      .map(([path, methods]) => [path, methods.filter((method) => method !== 'HEAD').sort()]);
    assert.deepEqual(described, Object.fromEntries(expected));
  });

  it('is closed to unknown fields, and refers to nothing that is missing', () => {
    for (const [name, schema] of Object.entries(document.components.schemas))
      assert.equal(schema.additionalProperties, false, name);
    const text = JSON.stringify(document);
    for (const [, name] of text.matchAll(/"#\/components\/schemas\/(\w+)"/g))
      assert.ok(document.components.schemas[name ?? ''], name);
    assert.doesNotMatch(text, /\$defs|\$schema/);
  });

  it('is served, with a page that loads nothing from another host', async () => {
    const api = await runApi({}, () => new MemoryReader());
    try {
      assert.deepEqual(await (await api.get('/openapi.json')).json(), document);
      const page = await api.get('/docs');
      assert.equal(page.status, 200);
      const html = await page.text();
      assert.match(html, /<title>Caudal films API</);
      for (const [, address] of html.matchAll(/(?:src|href)="([^"]+)"/g)) {
        const url = new URL(address ?? '', `${api.url}/docs`);
        assert.equal(url.origin, api.url);
        const file = await fetch(url);
        assert.equal(file.status, 200, url.pathname);
        await file.arrayBuffer();
      }
    } finally {
      await api.stop();
    }
  });
});
