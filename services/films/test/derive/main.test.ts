import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';

const PROGRAM = join(import.meta.dirname, '..', '..', 'src', 'derive', 'main.ts');

const run = (...args: readonly string[]) =>
  new Promise<{ readonly code: unknown; readonly stdout: string; readonly stderr: string }>((resolve) => {
    execFile(process.execPath, [PROGRAM, ...args], (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : error.code, stdout, stderr }),
    );
  });

describe('the derivation of the films', () => {
  it('refuses another file than the one that SOURCE.md names, and writes nothing', async (test) => {
    const directory = mkdtempSync(join(tmpdir(), 'caudal-derive-'));
    test.after(() => rmSync(directory, { recursive: true }));
    const [source, target] = [join(directory, 'movies.db'), join(directory, 'films.csv.gz')];
    writeFileSync(source, 'another file');
    const { code, stderr } = await run(source, target);
    const digest = createHash('sha256').update('another file').digest('hex');
    assert.equal(code, 1);
    assert.equal(
      stderr,
      `${source} is another file than the one named in SOURCE.md: its SHA-256 is ${digest}\n`,
    );
    assert.equal(existsSync(target), false);
  });

  it('prints how it is used where a file is missing or too many', async () => {
    for (const args of [[], ['one'], ['one', 'two', 'three']]) {
      const { code, stderr } = await run(...args);
      assert.equal(code, 2, args.join(' '));
      assert.match(stderr, /^usage: node /);
    }
    assert.match((await run('--help')).stdout, /^usage: node /);
  });
});
