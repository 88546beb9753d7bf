import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { ensurePage, pageDirectory } from '../../page/ensure-page.ts';

/** All that a browser loads, compressed. */
const BUDGET_BYTES = 90_000;

describe("the console's page", () => {
  const { XDG_CACHE_HOME } = process.env;
  let cache: string;
  before(() => {
    cache = mkdtempSync(join(tmpdir(), 'caudal-cache-'));
    process.env.XDG_CACHE_HOME = cache;
  });
  after(() => {
    if (XDG_CACHE_HOME === undefined) delete process.env.XDG_CACHE_HOME;
    else process.env.XDG_CACHE_HOME = XDG_CACHE_HOME;
    rmSync(cache, { recursive: true });
  });

  it('is built once for the same sources, within its budget', async () => {
    const said: string[] = [];
    const directory = await ensurePage((line) => said.push(line));
    assert.equal(directory, pageDirectory());
    assert.ok(said.length >= 2, 'a build says so');
    assert.equal(await ensurePage((line) => said.push(`again: ${line}`)), directory);
    assert.deepEqual(
      said.filter((line) => line.startsWith('again')),
      [],
    );
    const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((file) =>
      file.isFile(),
    );
    const html = readFileSync(join(directory, 'index.html'), 'utf8');
    for (const [, path = ''] of html.matchAll(/(?:src|href)="\.\/(?!api)([^"]+)"/g))
      assert.ok(existsSync(join(directory, path)), path);
    const bytes = files.reduce(
      (sum, { parentPath, name }) => sum + gzipSync(readFileSync(join(parentPath, name))).length,
      0,
    );
    assert.ok(bytes > 10_000 && bytes <= BUDGET_BYTES, `${bytes} bytes`);
  });
});
