import assert from 'node:assert/strict';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { createServerSets, serversIn } from '../../check/server-sets.ts';

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

describe('server sets', () => {
  it('start what a file names, and again what is no longer running', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'caudal-sets-'));
    const file = join(directory, 'some.integration.ts');
    writeFileSync(file, "useServers('kafka', 'redis');");
    const running = new Set<string>();
    const log: string[] = [];
    const sets = createServerSets(
      join(directory, 'set'),
      () => undefined,
      async ({ only }) => {
        log.push(`set ${only.join(' ')}`);
        for (const name of only) running.add(name);
        return {
          pid: (name) => (running.has(name) ? 1 : undefined),
          start: async (name) => {
            log.push(`start ${name}`);
            running.add(name);
          },
          down: async () => void log.push('down'),
        };
      },
    );
    try {
      assert.equal(await sets.prepare(2, file), `${join(directory, 'set')}-2`);
      await sets.prepare(2, file);
      running.delete('redis');
      await sets.prepare(2, file);
      await sets.down();
      assert.deepEqual(log, ['set kafka redis', 'start redis', 'down']);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
