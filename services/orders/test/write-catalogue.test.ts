import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { generateGames } from '../src/catalogue/generate.ts';
import { formatCsv } from '../src/catalogue/write-csv.ts';

const program = join(import.meta.dirname, '..', 'src', 'write-catalogue.ts');
const write = (...args: readonly string[]) => promisify(execFile)(process.execPath, [program, ...args]);

describe('write-catalogue', () => {
  let directory: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'caudal-catalogue-'));
  });
  after(() => rm(directory, { recursive: true }));

  it('writes the games of a seed', async () => {
    const file = join(directory, 'games.csv');
    await write('--rows', '20', '--seed', '9', file);
    assert.equal(await readFile(file, 'utf8'), formatCsv(generateGames(9, 20)));
  });

  it('refuses bad arguments with the usage', async () => {
    const file = join(directory, 'none.csv');
    const bad = [
      [],
      [file, file],
      ['--rows', '0', file],
      ['--rows', '1e3', file],
      ['--rows', '1000001', file],
      ['--seed', '-1', file],
      ['--seed', '4294967296', file],
      ['--size', '1', file],
    ];
    for (const args of bad)
      await assert.rejects(
        write(...args),
        (error: Error & { code?: number; stderr?: string }) =>
          error.code === 2 && /usage: /.test(error.stderr ?? ''),
        args.join(' '),
      );
    assert.match((await write('--help')).stdout, /^usage: /);
  });
});
