import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isUsableGo } from '../../go/ensure-go.ts';

test('only a Go that can build the modules here is used', () => {
  assert.equal(isUsableGo('go version go1.26.8 linux/amd64', 'local'), true);
  assert.equal(isUsableGo('go version go1.27.0 linux/amd64', 'local'), true);
  assert.equal(isUsableGo('go version go1.25.9 linux/amd64', 'local'), false);
  assert.equal(isUsableGo('go version go1.22.1 linux/amd64', 'auto'), true);
  assert.equal(isUsableGo('go version go1.19.8 linux/amd64', 'auto'), false);
  assert.equal(isUsableGo('no version', 'auto'), false);
});
