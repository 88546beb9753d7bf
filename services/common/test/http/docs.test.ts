import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import express from 'express';
import { createDocs } from '../../src/http/index.ts';

describe('the docs', () => {
  const document = { openapi: '3.1.0', info: { title: 'An API of its own', version: '1' } };
  const app = express();
  app.use(createDocs(document));
  app.use((_request, response) => void response.status(404).send('not of the docs'));
  let server: Server;
  let base = '';
  before(async () => {
    server = app.listen(0, '127.0.0.1');
    await once(server, 'listening');
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => {
    server.close();
    server.closeAllConnections();
  });

  it('are a page with the title of the document, which asks no other host', async () => {
    const response = await fetch(`${base}/docs`);
    const page = await response.text();
    assert.match(page, /<title>An API of its own<\/title>/);
    assert.doesNotMatch(page, /https?:/);
    assert.match(response.headers.get('content-security-policy') ?? '', /default-src 'none'/);
  });

  it('serve the document and the files that the page needs, and no other file of the package', async () => {
    assert.deepEqual(await (await fetch(`${base}/openapi.json`)).json(), document);
    for (const path of ['/docs/swagger-ui-bundle.js', '/docs/swagger-ui.css', '/docs/initialize.js']) {
      assert.equal((await fetch(base + path)).status, 200, path);
    }
    for (const path of ['/docs/package.json', '/docs/index.html', '/other']) {
      assert.equal(await (await fetch(base + path)).text(), 'not of the docs', path);
    }
  });
});
