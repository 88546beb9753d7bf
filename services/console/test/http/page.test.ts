import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createHttpServer, type HttpServer } from '@caudal/common/http';
import { createFakeLane } from '../support/fake-lane.ts';
import { createTestApp } from '../support/test-app.ts';

describe('the page of the console', () => {
  let directory: string;
  let server: HttpServer;
  let url: string;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'caudal-page-'));
    await mkdir(join(directory, 'assets'));
    await writeFile(join(directory, 'index.html'), '<!doctype html><title>built</title>');
    await writeFile(join(directory, 'theme.js'), '1;');
    await writeFile(join(directory, 'assets', 'index-abc.js'), '2;');
    const { reader } = await createFakeLane('left');
    server = createHttpServer(
      createTestApp({
        readers: [reader],
        pageDirectory: directory,
      }),
    );
    url = `http://127.0.0.1:${await server.listen('127.0.0.1', 0)}`;
  });
  after(async () => {
    await server.close();
    await rm(directory, { recursive: true });
  });

  it('is asked for each time, and what it refers to once', async () => {
    const cachings = await Promise.all(
      ['/', '/theme.js', '/assets/index-abc.js'].map(async (path) => {
        const response = await fetch(`${url}${path}`);
        assert.equal(response.status, 200, path);
        return response.headers.get('cache-control');
      }),
    );
    assert.deepEqual(cachings, ['no-store', 'no-store', 'public, max-age=31536000, immutable']);
    assert.match(await (await fetch(url)).text(), /<title>built/);
  });

  it('may load and reach nothing but the console, and run nothing inline', async () => {
    const policy = (await fetch(url)).headers.get('content-security-policy') ?? '';
    assert.match(policy, /^default-src 'none';script-src 'self';style-src 'self';/);
    assert.doesNotMatch(policy, /unsafe|https?:|\*|data:/);
    assert.match(policy, /frame-ancestors 'none'/);
  });

  it('has no files outside of its directory, and takes no other method', async () => {
    for (const path of ['/assets/nothing.js', '/..%2f..%2fetc%2fpasswd', '/assets/..%2f..%2fpackage.json'])
      assert.equal((await fetch(`${url}${path}`)).status >= 400, true, path);
    assert.equal((await fetch(url, { method: 'POST' })).status, 405);
  });
});
