import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import rootPackage from '../../../package.json' with { type: 'json' };

const root = join(import.meta.dirname, '..', '..', '..');

/** Runs one of package.json's scripts without npm, and without the bootstrap that may install packages. */
function run(script: string, ...args: string[]): Promise<{ status: number; stdout: string; stderr: string }> {
  const words = script.split(' ').filter((word) => !['node', 'tools/bootstrap.mjs'].includes(word));
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [...words, ...args], { cwd: root }, (error, stdout, stderr) => {
      resolve({ status: error === null ? 0 : Number(error.code), stdout, stderr });
    });
    child.stdin?.end();
  });
}

const scripts = Object.entries(rootPackage.scripts).filter(([name]) => name !== 'format');
/** One of each way to read options. */
const strict = scripts.filter(([name]) =>
  ['bench', 'verify', 'cluster:up', 'servers', 'test', 'dashboards:check', 'dashboards:preview'].includes(
    name,
  ),
);

describe('every command', { concurrency: 2 }, () => {
  for (const [name, script] of scripts) {
    it(`npm run ${name} -- --help says how it is used, and does nothing`, async () => {
      const { status, stdout, stderr } = await run(script, '--help');
      assert.deepEqual([status, stderr], [0, '']);
      assert.match(stdout, /^usage: /);
    });
  }

  for (const [name, script] of strict) {
    it(`npm run ${name} answers an option it does not know in one line`, async () => {
      const { status, stdout, stderr } = await run(script, '--no-such-option');
      assert.equal(status, 2, stderr);
      assert.equal(stdout, '');
      assert.match(stderr, /^.*--no-such-option.*\n$/);
    });
  }
});

describe('failUsage', () => {
  it('keeps to the problem, in one line, and names the command for help', async () => {
    const { stderr } = await run(rootPackage.scripts.load, '--rate');
    assert.equal(stderr, "Option '--rate <value>' argument missing (see npm run load -- --help)\n");
    const { stderr: unnamed } = await run(rootPackage.scripts.servers, 'kil');
    assert.equal(unnamed, "unknown command 'kil' (see npm run servers -- --help)\n");
  });
});
