import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { describe, it } from 'node:test';

const PROGRAM = join(import.meta.dirname, '..', '..', 'src', 'import', 'main.ts');

const run = (args: readonly string[], environment: Record<string, string> = {}) =>
  new Promise<{ readonly code: unknown; readonly stdout: string; readonly stderr: string }>((resolve) => {
    execFile(process.execPath, [PROGRAM, ...args], { env: environment }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : error.code, stdout, stderr }),
    );
  });

describe('the command of films', () => {
  it('prints how it is used', async () => {
    const { code, stdout } = await run(['--help']);
    assert.equal(code, 0);
    assert.match(stdout, /^usage: npm run films -- import/);
  });

  it('refuses a wrong command line, and a URL that is none, before it connects', async () => {
    assert.deepEqual(await run(['import', '--generate', 'many']), {
      code: 2,
      stdout: '',
      stderr: '--generate many: a whole number from 1 to 1000000 (see npm run films -- --help)\n',
    });
    const { code, stderr } = await run(['versions'], { POSTGRESQL_URL: 'mysql://u@h/d' });
    assert.equal(code, 2);
    assert.match(stderr, /is not like postgresql:\/\//);
  });
});
