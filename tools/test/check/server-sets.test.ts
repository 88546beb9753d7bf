import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { serversIn } from '../../check/server-sets.ts';

const root = join(import.meta.dirname, '..', '..', '..');

describe('the servers that a test file needs', () => {
  it('are those that it names, once each', () => {
    assert.deepEqual(serversIn("const servers = useServers('kafka');"), ['kafka']);
    assert.deepEqual(serversIn("const a = useServers(\n  'valkey',\n  'redis',\n);\nuseServers('redis');"), [
      'valkey',
      'redis',
    ]);
  });

  it('are none where it uses none', () => {
    assert.deepEqual(serversIn("await startServers({ only: ['kafka'] });"), []);
  });

  it('are named in the call itself, in every file', () => {
    const files = globSync('services/*/test/**/*.integration.ts', { cwd: root });
    const users = files
      .map((file) => ({ file, source: readFileSync(join(root, file), 'utf8') }))
      .filter(({ source }) => /\buseServers\(/.test(source));
    assert.ok(users.length >= 10, `only ${users.length} files use servers`);
    assert.deepEqual(
      users.filter(({ source }) => serversIn(source).length === 0).map(({ file }) => file),
      [],
    );
  });
});
