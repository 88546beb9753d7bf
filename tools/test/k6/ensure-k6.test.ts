import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { isUsableGo, isUsableK6, pinnedVersion } from '../../k6/ensure-k6.ts';

test('only a k6 of 1.0 or newer is used', () => {
  assert.equal(isUsableK6('k6 v1.8.1 (go1.26.0, linux/amd64)\n'), true);
  assert.equal(isUsableK6('k6.exe v2.0.0 (commit/abc)'), true);
  assert.equal(isUsableK6('k6 v0.57.0 (go1.23.6, linux/amd64)'), false);
  assert.equal(isUsableK6('some other k6'), false);
});

test('only a Go that can build the pinned k6 is used', () => {
  assert.equal(isUsableGo('go version go1.26.8 linux/amd64', 'local'), true);
  assert.equal(isUsableGo('go version go1.25.0 linux/amd64', 'local'), true);
  assert.equal(isUsableGo('go version go1.22.1 linux/amd64', 'auto'), true);
  assert.equal(isUsableGo('go version go1.22.1 linux/amd64', 'local'), false);
  assert.equal(isUsableGo('go version go1.19.8 linux/amd64', 'auto'), false);
  assert.equal(isUsableGo('no version', 'auto'), false);
});

test('the pinned version is that of go.mod', async () => {
  const goMod = await readFile(join(import.meta.dirname, '..', '..', 'k6', 'go.mod'), 'utf8');
  assert.match(pinnedVersion(goMod), /^v[1-9]\d*\.\d+\.\d+$/);
  assert.match(goMod, /^tool go\.k6\.io\/k6$/m);
  assert.throws(() => pinnedVersion('module x\n'), /requires no go\.k6\.io\/k6/);
});
