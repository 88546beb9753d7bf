import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { CONSOLE_PAGE, FILMS_PAGE, SHOP_PAGE } from '../../page/ensure-page.ts';

/** Each page with all that a browser loads, compressed, at most. */
const PAGES = [
  { name: "the console's page", page: CONSOLE_PAGE, budgetBytes: 90_000 },
  { name: "the shop's page", page: SHOP_PAGE, budgetBytes: 25_000 },
  // Of which 125,000 are a font in three parts: a browser loads those whose letters are on the page.
  { name: "the films' page", page: FILMS_PAGE, budgetBytes: 150_000 },
] as const;

describe('a cached page', () => {
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

  for (const { name, page, budgetBytes } of PAGES) {
    it(`is built once for the same sources, within its budget: ${name}`, async () => {
      const said: string[] = [];
      const directory = await page.ensure((line) => said.push(line));
      assert.equal(directory, page.directory());
      assert.ok(said.length >= 2, 'a build says so');
      assert.equal(await page.ensure((line) => said.push(`again: ${line}`)), directory);
      assert.deepEqual(
        said.filter((line) => line.startsWith('again')),
        [],
      );
      const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((file) =>
        file.isFile(),
      );
      const html = readFileSync(join(directory, 'index.html'), 'utf8');
      for (const [, path = ''] of html.matchAll(/(?:src|href)="\.\/(?!api|docs)([^"]+)"/g))
        assert.ok(existsSync(join(directory, path)), path);
      const bytes = files.reduce(
        (sum, { parentPath, name: file }) => sum + gzipSync(readFileSync(join(parentPath, file))).length,
        0,
      );
      assert.ok(bytes > 10_000 && bytes <= budgetBytes, `${bytes} bytes`);
    });
  }
});
